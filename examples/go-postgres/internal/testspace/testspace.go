// Package testspace gives integration tests a database of their own, migrated and empty, reached as the program itself reaches its.
package testspace

import (
	"path/filepath"
	"testing"

	"example.com/stockly/internal/config"
	"github.com/jackc/pgx/v5/pgxpool"
	"seatrial.dev/space"
)

// Database is a test's own.
type Database struct {
	*pgxpool.Pool
	Space  *space.Space
	Config config.Config
}

// New gives the test one until it ends. How to reach it is read from config.d, rendered for it, by the program's own loader.
func New(t testing.TB) Database {
	t.Helper()
	s := space.New(t, "postgres")
	folder := filepath.Dir(s.File("10-database.yaml").Path)
	settings, err := config.Load(folder, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.ParseConfig(settings.Database.Address())
	if err != nil {
		t.Fatal(err)
	}
	pool.MaxConns = settings.Database.Connections
	db, err := pgxpool.NewWithConfig(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	// Runs before the space is given back.
	t.Cleanup(db.Close)
	return Database{Pool: db, Space: s, Config: settings}
}

// MustExec runs a statement that has to work.
func (d Database) MustExec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := d.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// One reads a single value.
func One[T any](t testing.TB, d Database, sql string, args ...any) (value T) {
	t.Helper()
	if err := d.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}
