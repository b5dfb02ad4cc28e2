// Package redistest gives integration tests a real Redis and a key prefix of their own.
package redistest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// New connects to REDIS_URL and returns a prefix that no other test uses; its keys are deleted when the test ends.
func New(t *testing.T) (*redis.Client, string) {
	t.Helper()
	address := os.Getenv("REDIS_URL")
	if address == "" {
		t.Fatal("REDIS_URL is not set: run this suite with `seatrial test integration`")
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	prefix := fmt.Sprintf("test:%s:%d:", strings.ReplaceAll(t.Name(), "/", ":"), time.Now().UnixNano())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		keys, err := client.Keys(ctx, prefix+"*").Result()
		if err != nil {
			t.Errorf("list the test's keys: %v", err)
		}
		if len(keys) > 0 {
			client.Del(ctx, keys...)
		}
		client.Close()
	})
	return client, prefix
}
