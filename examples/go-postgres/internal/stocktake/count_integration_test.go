//go:build integration

package stocktake

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/stockly/internal/testspace"
)

// shelf has five bolts at A, and a place B.
func shelf(t *testing.T) testspace.Database {
	t.Helper()
	t.Parallel()
	db := testspace.New(t)
	db.MustExec(t, "INSERT INTO articles (sku, name) VALUES ('BOLT', 'Bolt'), ('NUT', 'Nut')")
	db.MustExec(t, "INSERT INTO places (code) VALUES ('A'), ('B')")
	db.MustExec(t, "INSERT INTO movements (sku, place_id, quantity, reason) SELECT 'BOLT', id, 5, 'received' FROM places WHERE code = 'A'")
	return db
}

func begin(t *testing.T, db testspace.Database, place string) *Count {
	t.Helper()
	count, err := Begin(t.Context(), db.Pool, place)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func end(t *testing.T, count *Count) {
	t.Helper()
	if err := count.End(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestACountCorrectsTheLedger(t *testing.T) {
	db := shelf(t)
	count := begin(t, db, "A")
	for _, c := range []struct {
		sku                  string
		quantity, difference int
	}{{"BOLT", 3, -2}, {"BOLT", 3, 0}, {"NUT", 4, 4}, {"NUT", 0, -4}} {
		if got, err := count.Found(t.Context(), c.sku, c.quantity); err != nil || got != c.difference {
			t.Errorf("%d of %s: wrong by %d, %v; want %d", c.quantity, c.sku, got, err, c.difference)
		}
	}
	end(t, count)
	if got := testspace.One[int](t, db, "SELECT sum(quantity) FROM stock"); got != 3 {
		t.Errorf("%d in stock", got)
	}
}

func TestACountIsInTheLedger(t *testing.T) {
	db := shelf(t)
	count := begin(t, db, "A")
	if _, err := count.Found(t.Context(), "BOLT", 4); err != nil {
		t.Fatal(err)
	}
	end(t, count)
	if got := testspace.One[int](t, db, "SELECT quantity FROM movements WHERE reason = 'counted'"); got != -1 {
		t.Errorf("%d were entered", got)
	}
}

func TestOneCountsAPlaceAtATime(t *testing.T) {
	db := shelf(t)
	first := begin(t, db, "A")
	if _, err := Begin(t.Context(), db.Pool, "A"); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	other := begin(t, db, "B")
	end(t, other)
	end(t, first)
	end(t, begin(t, db, "A"))
}

func TestACountEndsWithItsConnection(t *testing.T) {
	db := shelf(t)
	lost := begin(t, db, "A")
	if err := lost.connection.Conn().Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	lost.connection.Release()
	// The server lets go of the place once it has seen the end; who waits for it gets it then.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := db.Pool.Exec(ctx, "SELECT pg_advisory_xact_lock(17, id::integer) FROM places WHERE code = 'A'"); err != nil {
		t.Fatal(err)
	}
	end(t, begin(t, db, "A"))
}

func TestAnUnknownPlaceIsNotCounted(t *testing.T) {
	db := shelf(t)
	if _, err := Begin(t.Context(), db.Pool, "Z"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

func TestLessThanNothingIsNotFound(t *testing.T) {
	db := shelf(t)
	count := begin(t, db, "A")
	defer end(t, count)
	if _, err := count.Found(t.Context(), "BOLT", -1); err == nil {
		t.Error("it was entered")
	}
}
