//go:build integration

package order

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/stockly/internal/stock"
	"example.com/stockly/internal/testspace"
)

// shop has ten bolts at two places, and one nut.
func shop(t *testing.T) (Desk, stock.Ledger, testspace.Database) {
	t.Helper()
	t.Parallel()
	db := testspace.New(t)
	db.MustExec(t, "INSERT INTO articles (sku, name) VALUES ('BOLT', 'Bolt'), ('NUT', 'Nut')")
	db.MustExec(t, "INSERT INTO places (code) VALUES ('A'), ('B')")
	db.MustExec(t, `INSERT INTO movements (sku, place_id, quantity, reason)
		SELECT sku, id, quantity, 'received' FROM places JOIN (VALUES ('BOLT', 'A', 6), ('BOLT', 'B', 4), ('NUT', 'A', 1)) AS v (sku, code, quantity) USING (code)`)
	return NewDesk(db.Pool, db.Config.Stock.Reservation), stock.NewLedger(db.Pool), db
}

func place(t *testing.T, d Desk, lines ...Line) Order {
	t.Helper()
	placed, err := d.Place(t.Context(), lines)
	if err != nil {
		t.Fatal(err)
	}
	return placed
}

func wantLevels(t *testing.T, l stock.Ledger, sku, want string) {
	t.Helper()
	if got, err := l.Levels(t.Context(), sku); err != nil || fmt.Sprint(got) != want {
		t.Errorf("%s: got %v, %v; want %s", sku, got, err, want)
	}
}

func TestTheFirstOrderIsNumberOne(t *testing.T) {
	d, _, _ := shop(t)
	if got := place(t, d, Line{"NUT", 1}); got.Number != 1 || got.Status != "open" {
		t.Errorf("got %+v", got)
	}
}

func TestAnOrderKeepsItsGoodsForTheConfiguredTime(t *testing.T) {
	d, _, _ := shop(t)
	left := time.Until(place(t, d, Line{"NUT", 1}).ExpiresAt)
	if left < 14*time.Minute || left > 16*time.Minute {
		t.Errorf("its goods are kept for %v", left)
	}
}

func TestPromisedGoodsAreNotFree(t *testing.T) {
	d, l, _ := shop(t)
	place(t, d, Line{"BOLT", 7})
	wantLevels(t, l, "BOLT", "[{A 6 0} {B 4 3}]")
}

func TestMoreThanIsFreeIsNotPromised(t *testing.T) {
	d, l, _ := shop(t)
	place(t, d, Line{"BOLT", 7})
	if _, err := d.Place(t.Context(), []Line{{"BOLT", 4}}); !errors.Is(err, ErrNotEnough) {
		t.Errorf("got %v", err)
	}
	wantLevels(t, l, "BOLT", "[{A 6 0} {B 4 3}]")
}

func TestAnOrderIsPromisedWholeOrNotAtAll(t *testing.T) {
	d, l, db := shop(t)
	if _, err := d.Place(t.Context(), []Line{{"BOLT", 1}, {"NUT", 2}}); !errors.Is(err, ErrNotEnough) {
		t.Errorf("got %v", err)
	}
	wantLevels(t, l, "BOLT", "[{A 6 6} {B 4 4}]")
	if got := testspace.One[int](t, db, "SELECT count(*) FROM orders"); got != 0 {
		t.Errorf("%d orders", got)
	}
}

func TestNothingIsPromisedOfAnUnknownArticle(t *testing.T) {
	d, _, _ := shop(t)
	if _, err := d.Place(t.Context(), []Line{{"WASHER", 1}}); !errors.Is(err, ErrNotEnough) {
		t.Errorf("got %v", err)
	}
}

func TestOfManyWhoWantTheLastPieceOneGetsIt(t *testing.T) {
	d, _, _ := shop(t)
	var got atomic.Int32
	var customers sync.WaitGroup
	for range 8 {
		customers.Add(1)
		go func() {
			defer customers.Done()
			_, err := d.Place(t.Context(), []Line{{"NUT", 1}})
			if err == nil {
				got.Add(1)
			} else if !errors.Is(err, ErrNotEnough) {
				t.Error(err)
			}
		}()
	}
	customers.Wait()
	if got.Load() != 1 {
		t.Errorf("%d customers got it", got.Load())
	}
}

func TestOrdersOfTheSameArticlesNeverWaitForEachOther(t *testing.T) {
	d, l, _ := shop(t)
	var customers sync.WaitGroup
	for i := range 6 {
		lines := []Line{{"BOLT", 1}, {"NUT", 1}}
		if i%2 == 1 {
			lines[0], lines[1] = lines[1], lines[0]
		}
		customers.Add(1)
		go func() {
			defer customers.Done()
			if _, err := d.Place(t.Context(), lines); err != nil && !errors.Is(err, ErrNotEnough) {
				t.Error(err)
			}
		}()
	}
	customers.Wait()
	wantLevels(t, l, "NUT", "[{A 1 0}]")
}

func TestShippedGoodsAreGone(t *testing.T) {
	d, l, _ := shop(t)
	placed := place(t, d, Line{"BOLT", 7})
	if err := d.Ship(t.Context(), placed.Number); err != nil {
		t.Fatal(err)
	}
	wantLevels(t, l, "BOLT", "[{B 3 3}]")
	if got, err := d.Find(t.Context(), placed.Number); err != nil || got.Status != "shipped" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatWasShippedIsInTheLedger(t *testing.T) {
	d, l, _ := shop(t)
	placed := place(t, d, Line{"NUT", 1})
	if err := d.Ship(t.Context(), placed.Number); err != nil {
		t.Fatal(err)
	}
	got, err := l.History(t.Context(), "NUT", 1)
	if err != nil || len(got) != 1 || got[0].Quantity != -1 || got[0].Note != fmt.Sprintf("order %d", placed.Number) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestGoodsOfACancelledOrderAreFree(t *testing.T) {
	d, l, _ := shop(t)
	placed := place(t, d, Line{"BOLT", 7})
	if err := d.Cancel(t.Context(), placed.Number); err != nil {
		t.Fatal(err)
	}
	wantLevels(t, l, "BOLT", "[{A 6 6} {B 4 4}]")
}

func TestAClosedOrderStaysClosed(t *testing.T) {
	d, l, _ := shop(t)
	placed := place(t, d, Line{"BOLT", 7})
	if err := d.Ship(t.Context(), placed.Number); err != nil {
		t.Fatal(err)
	}
	for _, close := range []func() error{
		func() error { return d.Ship(t.Context(), placed.Number) },
		func() error { return d.Cancel(t.Context(), placed.Number) },
	} {
		if err := close(); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
	wantLevels(t, l, "BOLT", "[{B 3 3}]")
}

func TestAnOrderIsShippedOnceHoweverManyTry(t *testing.T) {
	d, l, _ := shop(t)
	placed := place(t, d, Line{"BOLT", 2})
	var shipped atomic.Int32
	var workers sync.WaitGroup
	for range 6 {
		workers.Add(1)
		go func() {
			defer workers.Done()
			err := d.Ship(t.Context(), placed.Number)
			if err == nil {
				shipped.Add(1)
			} else if !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
		}()
	}
	workers.Wait()
	if total, err := l.Total(t.Context(), "BOLT"); err != nil || total != 8 || shipped.Load() != 1 {
		t.Errorf("shipped %d times, %d are left, %v", shipped.Load(), total, err)
	}
}

func TestWhatWasNeverPlacedIsUnknown(t *testing.T) {
	d, _, _ := shop(t)
	_, err := d.Find(t.Context(), 99)
	for _, err := range []error{err, d.Ship(t.Context(), 99), d.Cancel(t.Context(), 99)} {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOrdersExpireWhenTheirTimeIsOver(t *testing.T) {
	d, l, db := shop(t)
	late, fresh := place(t, d, Line{"BOLT", 7}), place(t, d, Line{"NUT", 1})
	db.MustExec(t, "UPDATE orders SET expires_at = now() - interval '1 second' WHERE number = $1", late.Number)
	expired, err := d.Expire(t.Context())
	if err != nil || len(expired) != 1 || expired[0] != late.Number {
		t.Errorf("expired %v, %v", expired, err)
	}
	wantLevels(t, l, "BOLT", "[{A 6 6} {B 4 4}]")
	if got, err := d.Find(t.Context(), fresh.Number); err != nil || got.Status != "open" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNothingExpiresTwice(t *testing.T) {
	d, _, db := shop(t)
	place(t, d, Line{"BOLT", 1})
	db.MustExec(t, "UPDATE orders SET expires_at = now() - interval '1 second'")
	first, err := d.Expire(t.Context())
	second, again := d.Expire(t.Context())
	if err != nil || again != nil || len(first) != 1 || len(second) != 0 {
		t.Errorf("expired %v, %v; then %v, %v", first, err, second, again)
	}
}

// With FAIL_ON_PURPOSE set it fails, and leaves a database with an order in it: README.md.
func TestOnPurpose(t *testing.T) {
	d, l, _ := shop(t)
	place(t, d, Line{"BOLT", 7})
	wantLevels(t, l, "BOLT", "[{A 6 0} {B 4 3}]")
	if os.Getenv("FAIL_ON_PURPOSE") != "" {
		t.Error("failed as it was asked to; the order of seven bolts is still there")
	}
}
