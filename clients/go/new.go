package space

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// New gives the test, subtest, fuzz test or benchmark a clean space of a definition: a service, unless the project defines others.
//
// The space is given back after the cleanups that the test adds later, so those may still use it. When the test has failed by then,
// the space is kept, and a line of the test's log says how to open it. A space that cannot be had, or that ended before its test,
// fails the test. In a benchmark the wait for it counts, unless the timer is reset.
func New(t testing.TB, definition string, options ...Option) *Space {
	t.Helper()
	s, err := acquire(t.Context(), request{definition: definition, test: testName(t.Name())}, options)
	if err != nil {
		t.Fatalf("no space of %s for this test: %v", definition, err)
	}
	s.test = t
	t.Cleanup(func() {
		t.Helper()
		giveBack(t, s)
	})
	return s
}

func giveBack(t testing.TB, s *Space) {
	t.Helper()
	outcome := outcomeOf(t)
	isOver := s.isOver()
	// The test's own context has ended.
	ctx, cancel := context.WithTimeout(context.Background(), s.client.patience)
	defer cancel()
	after, err := s.release(ctx, outcome)
	switch {
	case err != nil:
		t.Errorf("the space %s of %s was not given back: %v", s.ID, s.Definition, err)
	case isOver:
		t.Errorf("the space %s of %s ended before its test: it was given for %v (space.TTL, (*Space).Renew)", s.ID, s.Definition, s.given())
	case after.State == "kept" && after.Until != nil:
		t.Logf("the space of %s is kept until %s: seatrial space open %s", s.Definition, after.Until.Local().Format(time.TimeOnly), s.ID)
	case outcome == Failed:
		t.Logf("the space %s of %s is not kept: it is beyond the limits of `keep`", s.ID, s.Definition)
	}
}

func outcomeOf(t testing.TB) Outcome {
	switch {
	case t.Failed() || isPanicking():
		return Failed
	case t.Skipped():
		return Skipped
	default:
		return Passed
	}
}

// isPanicking is true in the cleanups of a test that panicked, which has not failed yet at that time.
func isPanicking() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	for {
		frame, isMore := frames.Next()
		if frame.Function == "runtime.gopanic" {
			return true
		}
		if !isMore {
			return false
		}
	}
}
