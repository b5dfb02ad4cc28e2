// Linkly shortens links. It listens on PORT (8080) and keeps everything in the Redis at REDIS_URL.
package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	linkpolicy "example.com/linkly/internal/link/policy"
	"example.com/linkly/internal/store"
	"example.com/linkly/internal/visit"
	"example.com/linkly/internal/visit/policy"
	"example.com/linkly/internal/web"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	options, err := redis.ParseURL(cmp.Or(os.Getenv("REDIS_URL"), "redis://localhost:6379/0"))
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer client.Close()
	limit := policy.Limit{Most: 60, Window: time.Minute}
	service := web.Service{
		Links:  store.New(client, "linkly:", 0),
		Visits: visit.NewCounter(client, "linkly:", time.Now),
		Rules:  linkpolicy.Rules{Blocked: strings.Fields(os.Getenv("BLOCKED_HOSTS")), Own: os.Getenv("OWN_HOST")},
		Allow: func(ctx context.Context, visitor string) (bool, error) {
			return limit.Allow(ctx, client, "linkly:limit:"+visitor, time.Now())
		},
		Ready: func(ctx context.Context) error { return client.Ping(ctx).Err() },
	}
	server := &http.Server{
		Addr:              ":" + cmp.Or(os.Getenv("PORT"), "8080"),
		Handler:           service.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
	}

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(limit)
	}()
	log.Printf("listening on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
