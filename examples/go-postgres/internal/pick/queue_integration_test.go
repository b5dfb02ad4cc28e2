//go:build integration

package pick

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/stockly/internal/testspace"
)

// queue has this many open orders to pick.
func queue(t *testing.T, orders int) (Queue, testspace.Database) {
	t.Helper()
	t.Parallel()
	db := testspace.New(t)
	for range orders {
		addOrder(t, db)
	}
	return NewQueue(db.Pool), db
}

func addOrder(t *testing.T, db testspace.Database) {
	t.Helper()
	db.MustExec(t, "WITH o AS (INSERT INTO orders (expires_at) VALUES (now() + interval '1 hour') RETURNING number) INSERT INTO picks (number) SELECT number FROM o")
}

func take(t *testing.T, q Queue, picker string) Pick {
	t.Helper()
	taken, err := q.Take(t.Context(), picker)
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

func TestTheOldestIsPickedFirst(t *testing.T) {
	q, _ := queue(t, 2)
	if got := []int64{take(t, q, "ana").Number, take(t, q, "ana").Number}; fmt.Sprint(got) != "[1 2]" {
		t.Errorf("picked %v", got)
	}
}

func TestAnEmptyQueueSaysSo(t *testing.T) {
	q, _ := queue(t, 0)
	if _, err := q.Take(t.Context(), "ana"); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v", err)
	}
}

func TestManyPickersNeverGetTheSame(t *testing.T) {
	q, _ := queue(t, 20)
	var mu sync.Mutex
	seen := map[int64]string{}
	var pickers sync.WaitGroup
	for i := range 4 {
		picker := fmt.Sprint("picker ", i)
		pickers.Add(1)
		go func() {
			defer pickers.Done()
			for {
				taken, err := q.Take(t.Context(), picker)
				if errors.Is(err, ErrNothing) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if other, isTaken := seen[taken.ID]; isTaken {
					t.Errorf("%s and %s have %d", other, picker, taken.ID)
				}
				seen[taken.ID] = picker
				mu.Unlock()
			}
		}()
	}
	pickers.Wait()
	if len(seen) != 20 {
		t.Errorf("%d of 20 were picked", len(seen))
	}
}

func TestWhoHurriesIsNext(t *testing.T) {
	q, _ := queue(t, 3)
	if err := q.Hurry(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if got := take(t, q, "ana").Number; got != 3 {
		t.Errorf("picked %d", got)
	}
}

func TestClosedOrdersAreNotPicked(t *testing.T) {
	q, db := queue(t, 2)
	db.MustExec(t, "UPDATE orders SET status = 'cancelled' WHERE number = 1")
	if got := take(t, q, "ana").Number; got != 2 {
		t.Errorf("picked %d", got)
	}
}

func TestWhatIsPutBackIsPickedAgain(t *testing.T) {
	q, _ := queue(t, 1)
	first := take(t, q, "ana")
	if err := q.PutBack(t.Context(), first.ID, "ana"); err != nil {
		t.Fatal(err)
	}
	if second := take(t, q, "ben"); second != first {
		t.Errorf("got %v, want %v", second, first)
	}
}

func TestWhatIsDoneIsNotPickedAgain(t *testing.T) {
	q, _ := queue(t, 1)
	taken := take(t, q, "ana")
	if err := q.Done(t.Context(), taken.ID, "ana"); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		q.PutBack(t.Context(), taken.ID, "ana"),
		q.Done(t.Context(), taken.ID, "ana"),
	} {
		if !errors.Is(err, ErrNotYours) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := q.Take(t.Context(), "ben"); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyEndsThePickOfAnother(t *testing.T) {
	q, _ := queue(t, 1)
	taken := take(t, q, "ana")
	if err := q.Done(t.Context(), taken.ID, "ben"); !errors.Is(err, ErrNotYours) {
		t.Errorf("got %v", err)
	}
}

func TestWhoWaitsIsToldOfNewOnes(t *testing.T) {
	q, db := queue(t, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	listening := make(chan struct{})
	told := make(chan error, 1)
	go func() { told <- q.Wait(ctx, func() { close(listening) }) }()
	select {
	case <-listening:
	case err := <-told:
		t.Fatal(err)
	}
	addOrder(t, db)
	if err := <-told; err != nil {
		t.Error(err)
	}
}

func TestPicksGoWithTheirOrder(t *testing.T) {
	q, db := queue(t, 2)
	db.MustExec(t, "DELETE FROM orders WHERE number = 1")
	if got := take(t, q, "ana").Number; got != 2 {
		t.Errorf("picked %d", got)
	}
}
