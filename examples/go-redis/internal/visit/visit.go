// Package visit counts how often links are followed.
package visit

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Counter counts visits in Redis, in total and per day (UTC).
type Counter struct {
	client *redis.Client
	prefix string
	now    func() time.Time
}

// Counts are the visits of one link.
type Counts struct {
	Total int64
	Today int64
}

// NewCounter counts below a key prefix, by the given clock.
func NewCounter(client *redis.Client, prefix string, now func() time.Time) *Counter {
	return &Counter{client: client, prefix: prefix, now: now}
}

const daysKept = 31

func (c *Counter) keys(code string) (total, today string) {
	return c.prefix + "visits:" + code, c.prefix + "visits:" + code + ":" + c.now().UTC().Format(time.DateOnly)
}

// Add counts one visit, in both places or in none.
func (c *Counter) Add(ctx context.Context, code string) (Counts, error) {
	total, today := c.keys(code)
	var counts struct{ total, today *redis.IntCmd }
	_, err := c.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		counts.total = pipe.Incr(ctx, total)
		counts.today = pipe.Incr(ctx, today)
		pipe.Expire(ctx, today, daysKept*24*time.Hour)
		return nil
	})
	if err != nil {
		return Counts{}, fmt.Errorf("count a visit of %s: %w", code, err)
	}
	return Counts{Total: counts.total.Val(), Today: counts.today.Val()}, nil
}
