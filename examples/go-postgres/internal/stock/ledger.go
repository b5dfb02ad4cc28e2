// Package stock knows how much of what is where, and how that came about.
package stock

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrNotEnough means that less is there than was asked for.
	ErrNotEnough = errors.New("not enough in stock")
	// ErrFull means that a place cannot hold that much.
	ErrFull = errors.New("the place is full")
	// ErrUnknown means that there is no such article or place.
	ErrUnknown = errors.New("no such article or place")
	// ErrQuantity means that a quantity is none.
	ErrQuantity = errors.New("a quantity is one or more")
)

// Movement is an entry of the ledger.
type Movement struct {
	SKU      string    `json:"sku"`
	Place    string    `json:"place"`
	Quantity int       `json:"quantity"`
	Reason   string    `json:"reason"`
	Note     string    `json:"note,omitempty"`
	At       time.Time `json:"at"`
}

// Level is how much of an article is at a place, and how much of it nobody was promised.
type Level struct {
	Place    string `json:"place"`
	Quantity int    `json:"quantity"`
	Free     int    `json:"free"`
}

// Ledger keeps movements; what is in stock is their sum.
type Ledger struct{ db *pgxpool.Pool }

// NewLedger keeps them in a database.
func NewLedger(db *pgxpool.Pool) Ledger { return Ledger{db} }

// AddPlace adds a place; a capacity of zero is no limit.
func (l Ledger) AddPlace(ctx context.Context, code string, capacity int) error {
	_, err := l.db.Exec(ctx, "INSERT INTO places (code, capacity) VALUES ($1, nullif($2, 0))", code, capacity)
	return err
}

// Receive puts goods at a place. Fails with ErrFull, ErrUnknown or ErrQuantity.
func (l Ledger) Receive(ctx context.Context, sku, place string, quantity int, note string) error {
	if quantity < 1 {
		return ErrQuantity
	}
	return l.inTransaction(ctx, func(tx pgx.Tx) error {
		if err := makeRoom(ctx, tx, place, quantity); err != nil {
			return err
		}
		return enter(ctx, tx, Movement{SKU: sku, Place: place, Quantity: quantity, Reason: "received", Note: note})
	})
}

// Move takes goods from one place to another. Fails with ErrNotEnough, ErrFull, ErrUnknown or ErrQuantity.
func (l Ledger) Move(ctx context.Context, sku, from, to string, quantity int) error {
	if quantity < 1 {
		return ErrQuantity
	}
	return l.inTransaction(ctx, func(tx pgx.Tx) error {
		// In one order whatever the direction, so that two movers never wait for each other.
		if _, err := tx.Exec(ctx, "SELECT FROM places WHERE code = ANY($1) ORDER BY code FOR UPDATE", []string{from, to}); err != nil {
			return err
		}
		if err := makeRoom(ctx, tx, to, quantity); err != nil {
			return err
		}
		if err := enter(ctx, tx, Movement{SKU: sku, Place: from, Quantity: -quantity, Reason: "moved", Note: "to " + to}); err != nil {
			return err
		}
		return enter(ctx, tx, Movement{SKU: sku, Place: to, Quantity: quantity, Reason: "moved", Note: "from " + from})
	})
}

// Levels are those of an article, by place; places without any are left out.
func (l Ledger) Levels(ctx context.Context, sku string) ([]Level, error) {
	rows, err := l.db.Query(ctx, `SELECT p.code AS place, s.quantity, f.quantity AS free
		FROM stock s JOIN free_stock f USING (sku, place_id) JOIN places p ON p.id = s.place_id
		WHERE s.sku = $1 AND s.quantity > 0 ORDER BY p.code`, sku)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Level])
}

// Total is how much of an article there is.
func (l Ledger) Total(ctx context.Context, sku string) (total int, err error) {
	err = l.db.QueryRow(ctx, "SELECT coalesce(sum(quantity), 0) FROM stock WHERE sku = $1", sku).Scan(&total)
	return total, err
}

// History is an article's movements, the latest first.
func (l Ledger) History(ctx context.Context, sku string, limit int) ([]Movement, error) {
	rows, err := l.db.Query(ctx, `SELECT m.sku, p.code AS place, m.quantity, m.reason, m.note, m.at
		FROM movements m JOIN places p ON p.id = m.place_id WHERE m.sku = $1 ORDER BY m.id DESC LIMIT $2`, sku, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Movement])
}

func (l Ledger) inTransaction(ctx context.Context, work func(pgx.Tx) error) error {
	return explain(pgx.BeginFunc(ctx, l.db, work))
}

// makeRoom locks a place, and fails with ErrFull when it cannot hold so much more.
func makeRoom(ctx context.Context, tx pgx.Tx, place string, quantity int) error {
	var capacity *int
	var id int64
	err := tx.QueryRow(ctx, "SELECT id, capacity FROM places WHERE code = $1 FOR UPDATE", place).Scan(&id, &capacity)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("place %s: %w", place, ErrUnknown)
	}
	if err != nil || capacity == nil {
		return err
	}
	var held int
	if err := tx.QueryRow(ctx, "SELECT coalesce(sum(quantity), 0) FROM stock WHERE place_id = $1", id).Scan(&held); err != nil {
		return err
	}
	if held+quantity > *capacity {
		return fmt.Errorf("place %s holds %d of %d: %w", place, held, *capacity, ErrFull)
	}
	return nil
}

func enter(ctx context.Context, tx pgx.Tx, m Movement) error {
	tag, err := tx.Exec(ctx, `INSERT INTO movements (sku, place_id, quantity, reason, note)
		SELECT $1, id, $3, $4, $5 FROM places WHERE code = $2`, m.SKU, m.Place, m.Quantity, m.Reason, m.Note)
	if err == nil && tag.RowsAffected() == 0 {
		err = fmt.Errorf("place %s: %w", m.Place, ErrUnknown)
	}
	return err
}

// explain turns what the database refuses into this package's errors.
func explain(err error) error {
	var refused *pgconn.PgError
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.ConstraintName == "enough_stock":
		return ErrNotEnough
	case refused.Code == "23503":
		return fmt.Errorf("%s: %w", refused.Detail, ErrUnknown)
	default:
		return err
	}
}
