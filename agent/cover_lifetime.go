package main

import (
	"context"
	"sync"
	"time"
)

// lifetime is how long the wrapper may still live: for ever, until the end begins; from then on until a deadline that only
// comes nearer.
type lifetime struct {
	// ctx ends at the deadline.
	ctx context.Context
	// ending is closed when the end begins.
	ending chan struct{}

	mu       sync.Mutex
	deadline time.Time
	end      *time.Timer
	cancel   context.CancelFunc
}

func newLifetime() *lifetime {
	l := &lifetime{ending: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

// endWithin begins the end, or brings the deadline nearer.
func (l *lifetime) endWithin(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	deadline := time.Now().Add(d)
	switch {
	case l.end == nil:
		l.end = time.AfterFunc(d, l.cancel)
		close(l.ending)
	case deadline.Before(l.deadline):
		l.end.Reset(d)
	default:
		return
	}
	l.deadline = deadline
}

func (l *lifetime) isEnding() bool {
	select {
	case <-l.ending:
		return true
	default:
		return false
	}
}

// left is the time to the deadline; the end must have begun.
func (l *lifetime) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.deadline)
}
