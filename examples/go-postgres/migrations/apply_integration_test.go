//go:build integration

package migrations

import (
	"slices"
	"sync"
	"testing"

	"example.com/stockly/internal/testspace"
	"github.com/jackc/pgx/v5"
)

func connect(t *testing.T, db testspace.Database) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.Space.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func TestASpaceHasEveryMigration(t *testing.T) {
	t.Parallel()
	db := testspace.New(t)
	got := testspace.One[[]string](t, db, "SELECT array_agg(name ORDER BY name) FROM migrations")
	if !slices.Equal(got, Names()) {
		t.Errorf("got %v, want %v", got, Names())
	}
}

func TestApplyingAgainDoesNothing(t *testing.T) {
	t.Parallel()
	applied, err := Apply(t.Context(), connect(t, testspace.New(t)))
	if err != nil || len(applied) > 0 {
		t.Errorf("applied %v, %v", applied, err)
	}
}

func TestAnEmptySchemaGetsThemAll(t *testing.T) {
	t.Parallel()
	db := testspace.New(t)
	db.MustExec(t, "DROP SCHEMA public CASCADE")
	db.MustExec(t, "CREATE SCHEMA public")
	applied, err := Apply(t.Context(), connect(t, db))
	if err != nil || !slices.Equal(applied, Names()) {
		t.Errorf("applied %v, %v", applied, err)
	}
}

func TestManyProgramsThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	db := testspace.New(t)
	db.MustExec(t, "DROP SCHEMA public CASCADE")
	db.MustExec(t, "CREATE SCHEMA public")
	var programs sync.WaitGroup
	counts := make([]int, 5)
	for i := range counts {
		conn := connect(t, db)
		programs.Add(1)
		go func() {
			defer programs.Done()
			applied, err := Apply(t.Context(), conn)
			if err != nil {
				t.Error(err)
			}
			counts[i] = len(applied)
		}()
	}
	programs.Wait()
	slices.Sort(counts)
	if want := []int{0, 0, 0, 0, len(Names())}; !slices.Equal(counts, want) {
		t.Errorf("they applied %v, want %v", counts, want)
	}
}

func TestAFailedMigrationLeavesNothingOfItself(t *testing.T) {
	t.Parallel()
	db := testspace.New(t)
	// 0004 comes upon a table that is in its way.
	db.MustExec(t, "DELETE FROM migrations WHERE name LIKE '0004%'")
	db.MustExec(t, "ALTER TABLE picks RENAME COLUMN picker TO hands")
	if _, err := Apply(t.Context(), connect(t, db)); err == nil {
		t.Error("it did not fail")
	}
	if got := testspace.One[int](t, db, "SELECT count(*) FROM migrations"); got != len(Names())-1 {
		t.Errorf("%d migrations count as applied", got)
	}
	if got := testspace.One[int](t, db, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"); got != 0 {
		t.Errorf("%d locks are left", got)
	}
}
