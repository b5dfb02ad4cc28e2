// Stockly knows what is in the warehouse.
//
//	stockly            serves HTTP
//	stockly migrate    brings the database to what this version needs
//
// Configuration: all *.yaml of the folder $STOCKLY_CONFIG, then DATABASE_URL and STOCKLY_LISTEN.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"example.com/stockly/internal/article"
	"example.com/stockly/internal/config"
	"example.com/stockly/internal/order"
	"example.com/stockly/internal/stock"
	"example.com/stockly/internal/web"
	"example.com/stockly/migrations"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "stockly:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	settings, err := config.Load(os.Getenv("STOCKLY_CONFIG"), os.Getenv)
	if err != nil {
		return err
	}
	switch strings.Join(args, " ") {
	case "":
		return serve(ctx, settings)
	case "migrate":
		return migrate(ctx, settings)
	default:
		return fmt.Errorf("%q is no command; there is migrate, and none at all to serve", args)
	}
}

func migrate(ctx context.Context, settings config.Config) error {
	db, err := pgx.Connect(ctx, settings.Database.Address())
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	applied, err := migrations.Apply(ctx, db)
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	return err
}

func serve(ctx context.Context, settings config.Config) error {
	pool, err := pgxpool.ParseConfig(settings.Database.Address())
	if err != nil {
		return err
	}
	pool.MaxConns = settings.Database.Connections
	db, err := pgxpool.NewWithConfig(ctx, pool)
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := net.Listen("tcp", settings.HTTP.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: web.Handler(web.App{
			DB:      db,
			Catalog: article.NewCatalog(db),
			Ledger:  stock.NewLedger(db),
			Desk:    order.NewDesk(db, settings.Stock.Reservation),
		}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Println("listening on", listener.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return errors.Join(server.Shutdown(closing))
	}
}
