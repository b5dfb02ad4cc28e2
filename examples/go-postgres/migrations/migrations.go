// Package migrations brings a database to what this program needs.
package migrations

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
)

//go:embed *.sql
var files embed.FS

// lock lets one migrate while others wait: any number of programs may start at once.
const lock = 7_205_759_403

// Names are all migrations, in order.
func Names() []string {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		panic(err)
	}
	return slices.Sorted(slices.Values(names))
}

// Apply applies what is missing and says what that was. Each migration is a transaction of its own.
func Apply(ctx context.Context, db *pgx.Conn) (applied []string, err error) {
	if _, err := db.Exec(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return nil, err
	}
	defer func() {
		if _, e := db.Exec(ctx, "SELECT pg_advisory_unlock($1)", lock); err == nil {
			err = e
		}
	}()
	if _, err := db.Exec(ctx, "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"); err != nil {
		return nil, err
	}
	rows, err := db.Query(ctx, "SELECT name FROM migrations")
	if err != nil {
		return nil, err
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	for _, name := range Names() {
		if slices.Contains(known, name) {
			continue
		}
		if err := applyOne(ctx, db, name); err != nil {
			return applied, fmt.Errorf("%s: %w", name, err)
		}
		applied = append(applied, name)
	}
	return applied, nil
}

func applyOne(ctx context.Context, db *pgx.Conn, name string) error {
	text, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(text)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO migrations (name) VALUES ($1)", name)
		return err
	})
}
