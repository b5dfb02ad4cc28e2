// Package policy limits how many links one visitor may make in a while. Its name is the same as that of link/policy on purpose:
// compiled test binaries must not overwrite each other.
package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Limit is a number of actions in a window of time.
type Limit struct {
	Most   int64
	Window time.Duration
}

// ErrNoLimit says that a limit would forbid everything.
var ErrNoLimit = errors.New("a limit needs a positive number and a positive window")

// Check refuses limits that forbid everything.
func (l Limit) Check() error {
	if l.Most <= 0 || l.Window <= 0 {
		return ErrNoLimit
	}
	return nil
}

// bucket is the window that a moment falls into.
func (l Limit) bucket(now time.Time) int64 { return now.UnixNano() / int64(l.Window) }

// Allow counts an action of somebody, and says whether it is within the limit.
func (l Limit) Allow(ctx context.Context, client *redis.Client, key string, now time.Time) (bool, error) {
	if err := l.Check(); err != nil {
		return false, err
	}
	name := fmt.Sprintf("%s:%d", key, l.bucket(now))
	pipe := client.TxPipeline()
	count := pipe.Incr(ctx, name)
	pipe.PExpire(ctx, name, l.Window)
	if _, err := pipe.Exec(ctx); err != nil {
		return false, fmt.Errorf("count for %s: %w", key, err)
	}
	return count.Val() <= l.Most, nil
}
