//go:build integration

package policy

import (
	"testing"
	"time"

	"example.com/linkly/internal/redistest"
)

func TestTheLimitHoldsWithinAWindowAndEndsWithIt(t *testing.T) {
	t.Parallel()
	client, prefix := redistest.New(t)
	limit := Limit{Most: 2, Window: time.Minute}
	now := time.Unix(1_700_000_040, 0)
	for i, want := range []bool{true, true, false, false} {
		got, err := limit.Allow(t.Context(), client, prefix+"somebody", now)
		if err != nil || got != want {
			t.Fatalf("action %d: got %v, %v; want %v", i+1, got, err, want)
		}
	}
	if got, err := limit.Allow(t.Context(), client, prefix+"somebody", now.Add(time.Minute)); err != nil || !got {
		t.Fatalf("the next window: got %v, %v", got, err)
	}
	if got, err := limit.Allow(t.Context(), client, prefix+"somebody-else", now); err != nil || !got {
		t.Fatalf("somebody else: got %v, %v", got, err)
	}
}
