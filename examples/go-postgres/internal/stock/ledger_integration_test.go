//go:build integration

package stock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/stockly/internal/testspace"
)

// warehouse has two articles and two places; the second holds ten pieces.
func warehouse(t *testing.T) (Ledger, testspace.Database) {
	t.Helper()
	t.Parallel()
	db := testspace.New(t)
	db.MustExec(t, "INSERT INTO articles (sku, name) VALUES ('BOLT', 'Bolt'), ('NUT', 'Nut')")
	ledger := NewLedger(db.Pool)
	for place, capacity := range map[string]int{"A-01": 0, "B-10": 10} {
		if err := ledger.AddPlace(t.Context(), place, capacity); err != nil {
			t.Fatal(err)
		}
	}
	return ledger, db
}

func receive(t *testing.T, l Ledger, sku, place string, quantity int) {
	t.Helper()
	if err := l.Receive(t.Context(), sku, place, quantity, ""); err != nil {
		t.Fatal(err)
	}
}

func wantLevels(t *testing.T, l Ledger, sku, want string) {
	t.Helper()
	if got, err := l.Levels(t.Context(), sku); err != nil || fmt.Sprint(got) != want {
		t.Errorf("%s: got %v, %v; want %s", sku, got, err, want)
	}
}

func TestReceivedGoodsAreInStock(t *testing.T) {
	l, _ := warehouse(t)
	receive(t, l, "BOLT", "A-01", 5)
	receive(t, l, "BOLT", "A-01", 2)
	receive(t, l, "BOLT", "B-10", 1)
	wantLevels(t, l, "BOLT", "[{A-01 7 7} {B-10 1 1}]")
	wantLevels(t, l, "NUT", "[]")
	if total, err := l.Total(t.Context(), "BOLT"); err != nil || total != 8 {
		t.Errorf("%d in all, %v", total, err)
	}
}

func TestThereIsNothingOfAnUnknownArticle(t *testing.T) {
	l, _ := warehouse(t)
	wantLevels(t, l, "WASHER", "[]")
	if total, err := l.Total(t.Context(), "WASHER"); err != nil || total != 0 {
		t.Errorf("%d in all, %v", total, err)
	}
}

func TestUnknownArticlesAndPlacesAreRefused(t *testing.T) {
	l, _ := warehouse(t)
	for _, err := range []error{
		l.Receive(t.Context(), "WASHER", "A-01", 1, ""),
		l.Receive(t.Context(), "BOLT", "Z-99", 1, ""),
		l.Move(t.Context(), "BOLT", "Z-99", "A-01", 1),
		l.Move(t.Context(), "BOLT", "A-01", "Z-99", 1),
	} {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAQuantityIsOneOrMore(t *testing.T) {
	l, _ := warehouse(t)
	for _, quantity := range []int{0, -1} {
		if err := l.Receive(t.Context(), "BOLT", "A-01", quantity, ""); !errors.Is(err, ErrQuantity) {
			t.Errorf("%d received: %v", quantity, err)
		}
		if err := l.Move(t.Context(), "BOLT", "A-01", "B-10", quantity); !errors.Is(err, ErrQuantity) {
			t.Errorf("%d moved: %v", quantity, err)
		}
	}
}

func TestMovedGoodsAreElsewhere(t *testing.T) {
	l, _ := warehouse(t)
	receive(t, l, "BOLT", "A-01", 5)
	if err := l.Move(t.Context(), "BOLT", "A-01", "B-10", 3); err != nil {
		t.Fatal(err)
	}
	wantLevels(t, l, "BOLT", "[{A-01 2 2} {B-10 3 3}]")
}

func TestMoreThanThereIsCannotBeMoved(t *testing.T) {
	l, _ := warehouse(t)
	receive(t, l, "BOLT", "A-01", 2)
	if err := l.Move(t.Context(), "BOLT", "A-01", "B-10", 3); !errors.Is(err, ErrNotEnough) {
		t.Errorf("got %v", err)
	}
	wantLevels(t, l, "BOLT", "[{A-01 2 2}]")
}

func TestAFullPlaceTakesNothingMore(t *testing.T) {
	l, _ := warehouse(t)
	receive(t, l, "BOLT", "B-10", 8)
	if err := l.Receive(t.Context(), "NUT", "B-10", 3, ""); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	receive(t, l, "NUT", "B-10", 2)
	receive(t, l, "BOLT", "A-01", 1)
	if err := l.Move(t.Context(), "BOLT", "A-01", "B-10", 1); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	wantLevels(t, l, "BOLT", "[{A-01 1 1} {B-10 8 8}]")
}

func TestOfManyWhoFillAPlaceOnlySomeCan(t *testing.T) {
	l, _ := warehouse(t)
	var stored atomic.Int32
	var trucks sync.WaitGroup
	for range 8 {
		trucks.Add(1)
		go func() {
			defer trucks.Done()
			err := l.Receive(t.Context(), "BOLT", "B-10", 3, "")
			if err == nil {
				stored.Add(3)
			} else if !errors.Is(err, ErrFull) {
				t.Error(err)
			}
		}()
	}
	trucks.Wait()
	if stored.Load() != 9 {
		t.Errorf("%d pieces went into room for ten", stored.Load())
	}
	wantLevels(t, l, "BOLT", "[{B-10 9 9}]")
}

func TestMoversInBothDirectionsNeverWaitForEachOther(t *testing.T) {
	l, _ := warehouse(t)
	receive(t, l, "BOLT", "A-01", 5)
	receive(t, l, "BOLT", "B-10", 5)
	var movers sync.WaitGroup
	for i := range 8 {
		from, to := "A-01", "B-10"
		if i%2 == 1 {
			from, to = to, from
		}
		movers.Add(1)
		go func() {
			defer movers.Done()
			for range 5 {
				if err := l.Move(t.Context(), "BOLT", from, to, 1); err != nil && !errors.Is(err, ErrNotEnough) && !errors.Is(err, ErrFull) {
					t.Error(err)
				}
			}
		}()
	}
	movers.Wait()
	if total, err := l.Total(t.Context(), "BOLT"); err != nil || total != 10 {
		t.Errorf("%d in all, %v", total, err)
	}
}

func TestHistoryIsTheLatestFirst(t *testing.T) {
	l, _ := warehouse(t)
	if err := l.Receive(t.Context(), "BOLT", "A-01", 5, "truck 7"); err != nil {
		t.Fatal(err)
	}
	if err := l.Move(t.Context(), "BOLT", "A-01", "B-10", 2); err != nil {
		t.Fatal(err)
	}
	got, err := l.History(t.Context(), "BOLT", 10)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range got {
		told = append(told, fmt.Sprintf("%s %+d %s %s", m.Place, m.Quantity, m.Reason, m.Note))
	}
	if want := "[B-10 +2 moved from A-01 A-01 -2 moved to B-10 A-01 +5 received truck 7]"; fmt.Sprint(told) != want {
		t.Errorf("got %v, want %s", told, want)
	}
}

func TestHistoryHasALimit(t *testing.T) {
	l, _ := warehouse(t)
	for range 5 {
		receive(t, l, "NUT", "A-01", 1)
	}
	if got, err := l.History(t.Context(), "NUT", 3); err != nil || len(got) != 3 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestMovementsStayAsTheyAre(t *testing.T) {
	l, db := warehouse(t)
	receive(t, l, "BOLT", "A-01", 5)
	for _, sql := range []string{"UPDATE movements SET quantity = 500", "DELETE FROM movements"} {
		if _, err := db.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s works", sql)
		}
	}
	wantLevels(t, l, "BOLT", "[{A-01 5 5}]")
}

func TestStockIsTheSumOfMovements(t *testing.T) {
	l, db := warehouse(t)
	receive(t, l, "BOLT", "A-01", 5)
	receive(t, l, "NUT", "B-10", 4)
	_ = l.Move(t.Context(), "BOLT", "A-01", "B-10", 2)
	_ = l.Move(t.Context(), "NUT", "B-10", "A-01", 9)
	wrong := testspace.One[int](t, db, `SELECT count(*) FROM stock s
		WHERE quantity <> (SELECT sum(quantity) FROM movements m WHERE m.sku = s.sku AND m.place_id = s.place_id)`)
	if wrong != 0 {
		t.Errorf("%d sums are wrong", wrong)
	}
}

func TestAPlaceIsThereOnce(t *testing.T) {
	l, _ := warehouse(t)
	if err := l.AddPlace(t.Context(), "A-01", 0); err == nil {
		t.Error("it is there twice")
	}
}
