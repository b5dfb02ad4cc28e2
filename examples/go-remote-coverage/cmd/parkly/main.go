// Parkly runs a parking garage of PLACES (100) cars over HTTP, on PORT (8080).
package main

import (
	"cmp"
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"example.com/parkly/internal/garage"
	"example.com/parkly/internal/web"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	places, err := strconv.Atoi(cmp.Or(os.Getenv("PLACES"), "100"))
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              ":" + cmp.Or(os.Getenv("PORT"), "8080"),
		Handler:           web.Handler(garage.New(places, time.Now)),
		ReadHeaderTimeout: 5 * time.Second,
	}

	// Without this, SIGTERM would end the program where it stands, and Go would write no counters.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	finished := make(chan error, 1)
	go func() {
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		finished <- server.Shutdown(limit)
	}()
	log.Printf("%d places, listening on %s", places, server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-finished
}
