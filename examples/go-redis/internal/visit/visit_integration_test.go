//go:build integration

package visit

import (
	"sync"
	"testing"
	"time"

	"example.com/linkly/internal/redistest"
)

func TestVisitsAreCountedInTotalAndPerDay(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	now := time.Date(2025, 3, 1, 23, 59, 0, 0, time.UTC)
	counter := NewCounter(client, prefix, func() time.Time { return now })
	for range 3 {
		if _, err := counter.Add(t.Context(), "abc"); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(2 * time.Minute)
	counts, err := counter.Add(t.Context(), "abc")
	if err != nil || counts != (Counts{Total: 4, Today: 1}) {
		t.Fatalf("got %+v, %v; want 4 in total and 1 today", counts, err)
	}
}

func TestNoVisitIsLostWhenManyComeAtOnce(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	counter := NewCounter(client, prefix, time.Now)
	const visitors, visits = 8, 25
	var group sync.WaitGroup
	for range visitors {
		group.Add(1)
		go func() {
			defer group.Done()
			for range visits {
				if _, err := counter.Add(t.Context(), "busy"); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	counts, err := counter.Add(t.Context(), "busy")
	if err != nil || counts.Total != visitors*visits+1 {
		t.Fatalf("got %+v, %v; want %d in total", counts, err, visitors*visits+1)
	}
}
