//go:build integration

package isolation

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/stockly/internal/testspace"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// each runs a test in several spaces at once, and then in as many one after the other: those may be spaces that were used before.
func each(t *testing.T, test func(t *testing.T, db testspace.Database)) {
	t.Parallel()
	for i := range 4 {
		t.Run(fmt.Sprint("then ", i), func(t *testing.T) { test(t, testspace.New(t)) })
	}
	for i := range 4 {
		t.Run(fmt.Sprint("at once ", i), func(t *testing.T) {
			t.Parallel()
			test(t, testspace.New(t))
		})
	}
}

func sqlState(err error) string {
	var refused *pgconn.PgError
	errors.As(err, &refused)
	if refused == nil {
		return ""
	}
	return refused.Code
}

func TestRowsAreNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		db.MustExec(t, "INSERT INTO articles (sku, name) VALUES ('SAME', 'The same number in each')")
		if got := testspace.One[int](t, db, "SELECT count(*) FROM articles"); got != 1 {
			t.Errorf("%d articles", got)
		}
	})
}

func TestSequencesBeginAtOne(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		if got := testspace.One[int](t, db, "SELECT nextval('order_numbers')"); got != 1 {
			t.Errorf("the first order is number %d", got)
		}
		db.MustExec(t, "SELECT setval('order_numbers', 4711)")
	})
}

func TestTruncatingIsNobodyElsesLoss(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		db.MustExec(t, "INSERT INTO articles (sku, name) SELECT 'A' || i, 'Article' FROM generate_series(1, 100) i")
		db.MustExec(t, "INSERT INTO places (code) VALUES ('A')")
		db.MustExec(t, "TRUNCATE articles RESTART IDENTITY CASCADE")
		if got := testspace.One[int](t, db, "SELECT count(*) FROM places"); got != 1 {
			t.Errorf("%d places", got)
		}
	})
}

func TestTablesMayBeChangedAndDropped(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		db.MustExec(t, "ALTER TABLE articles ADD COLUMN price numeric NOT NULL DEFAULT 0")
		db.MustExec(t, "ALTER TABLE places RENAME TO shelves")
		db.MustExec(t, "DROP TABLE picks")
		db.MustExec(t, "CREATE TABLE prices (id int)")
		db.MustExec(t, "CREATE FUNCTION lower_than_zero() RETURNS int LANGUAGE sql AS 'SELECT -1'")
	})
}

func TestASchemaMayGoAltogether(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		db.MustExec(t, "DROP SCHEMA public CASCADE")
	})
}

func TestAdvisoryLocksAreNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		conn, err := db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
		var isOurs bool
		if err := conn.QueryRow(t.Context(), "SELECT pg_try_advisory_lock(42)").Scan(&isOurs); err != nil || !isOurs {
			t.Errorf("somebody else has it: %v", err)
		}
		if testspace.One[bool](t, db, "SELECT pg_try_advisory_lock(42)") {
			t.Error("a second session has it, too")
		}
	})
}

func TestNotificationsStayInside(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		conn, err := db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// One that listens is of no use to others.
		listening := conn.Hijack()
		defer listening.Close(context.WithoutCancel(t.Context()))
		if _, err := listening.Exec(t.Context(), "LISTEN gossip"); err != nil {
			t.Fatal(err)
		}
		db.MustExec(t, "SELECT pg_notify('gossip', current_database())")
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if told, err := listening.WaitForNotification(ctx); err != nil || told.Payload != db.Space.Name() {
			t.Errorf("heard %v, %v", told, err)
		}
	})
}

func TestSettingsAreNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		if got := testspace.One[string](t, db, "SHOW search_path"); got != `"$user", public` {
			t.Errorf("the search path is %s", got)
		}
		db.MustExec(t, "ALTER ROLE CURRENT_USER SET search_path = nowhere")
		db.MustExec(t, "ALTER ROLE CURRENT_USER SET statement_timeout = '1ms'")
		db.MustExec(t, fmt.Sprintf("ALTER DATABASE %s SET default_transaction_read_only = on", pgx.Identifier{db.Space.Name()}.Sanitize()))
	})
}

func TestLeakedSessionsAreNobodyElses(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		// Neither is ever closed, and one is within a transaction that holds a lock.
		for _, sql := range []string{"CREATE TEMP TABLE articles (sku int)", "BEGIN; LOCK TABLE articles; INSERT INTO articles (sku, name) VALUES ('LATE', 'x')"} {
			conn, err := pgx.Connect(t.Context(), db.Space.URL)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestARoleMayNotMakeOthers(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		for _, sql := range []string{
			"CREATE ROLE intruder", "CREATE DATABASE intruder", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER ROLE CURRENT_USER CREATEROLE",
			"SET SESSION AUTHORIZATION stockly", "SET ROLE stockly", "DROP DATABASE template1", "ALTER SYSTEM SET fsync = on",
			"COPY articles TO PROGRAM 'id'", "SELECT pg_read_file('/etc/passwd')",
		} {
			if _, err := db.Exec(t.Context(), sql); sqlState(err) != "42501" {
				t.Errorf("%s: %v", sql, err)
			}
		}
	})
}

func TestARoleSeesNoOtherSpace(t *testing.T) {
	each(t, func(t *testing.T, db testspace.Database) {
		other := testspace.New(t)
		at, err := url.Parse(db.Space.URL)
		if err != nil {
			t.Fatal(err)
		}
		at.Path = "/" + other.Space.Name()
		if conn, err := pgx.Connect(t.Context(), at.String()); err == nil {
			conn.Close(t.Context())
			t.Error("it connects to another's database")
		} else if strings.Contains(err.Error(), "does not exist") {
			t.Error(err)
		}
		if _, err := db.Exec(t.Context(), "DROP DATABASE "+pgx.Identifier{other.Space.Name()}.Sanitize()); sqlState(err) != "42501" {
			t.Errorf("it drops another's database: %v", err)
		}
		if _, err := db.Exec(t.Context(), "ALTER ROLE "+pgx.Identifier{other.Space.User()}.Sanitize()+" PASSWORD 'mine'"); sqlState(err) != "42501" {
			t.Errorf("it changes another's password: %v", err)
		}
		stopped := testspace.One[int](t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query <> '' AND query NOT LIKE '<insufficient%'", other.Space.Name())
		if stopped != 0 {
			t.Error("it reads another's queries")
		}
	})
}
