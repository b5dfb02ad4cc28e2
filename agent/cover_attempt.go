package main

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// runningAttempt is how long one attempt to send may take while the program runs; large files get more.
	runningAttempt = 30 * time.Second
	// slowestBytes is how much a second must bring.
	slowestBytes = 256 << 10
	// leastAttempt is what an attempt gets when the end is near.
	leastAttempt = 500 * time.Millisecond
)

var errNoAnswer = errors.New("the destination did not answer in time")

// boundAttempt bounds one attempt: generously while the program runs; at the end so that there is time for another one,
// which also holds for an attempt that the end finds under way.
func boundAttempt(ctx context.Context, life *lifetime, size int64) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	finished := make(chan struct{})
	go func() {
		defer cancel()
		limit := time.NewTimer(runningAttempt + time.Duration(size/slowestBytes)*time.Second)
		defer limit.Stop()
		select {
		case <-finished:
			return
		case <-limit.C:
			return
		case <-life.ending:
		}
		limit.Reset(max(life.left()*2/5, leastAttempt))
		select {
		case <-finished:
		case <-limit.C:
		}
	}()
	return ctx, sync.OnceFunc(func() { close(finished) })
}

// worthRetrying reports whether the same may succeed a little later.
func worthRetrying(err error) bool { return temporary(err) || errors.Is(err, errNoAnswer) }
