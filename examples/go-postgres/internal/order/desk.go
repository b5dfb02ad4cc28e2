// Package order takes orders: it promises goods, and ships what it promised.
package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrEmpty means that an order asks for nothing.
	ErrEmpty = errors.New("an order has lines of one piece or more")
	// ErrNotEnough means that not everything can be promised.
	ErrNotEnough = errors.New("not enough in stock")
	// ErrUnknown means that there is no such order.
	ErrUnknown = errors.New("no such order")
	// ErrClosed means that an order is not open any more.
	ErrClosed = errors.New("the order is not open")
)

// Line is what an order asks for.
type Line struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Order is goods that are promised, or were.
type Order struct {
	Number    int64     `json:"number"`
	Status    string    `json:"status"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Desk takes orders.
type Desk struct {
	db   *pgxpool.Pool
	keep time.Duration
}

// NewDesk keeps orders in a database, and their goods for so long.
func NewDesk(db *pgxpool.Pool, keep time.Duration) Desk { return Desk{db, keep} }

// merge adds up lines of one article and sorts them, so that two orders never wait for each other.
func merge(lines []Line) ([]Line, error) {
	sums := map[string]int{}
	for _, line := range lines {
		if line.Quantity < 1 {
			return nil, fmt.Errorf("%d of %s: %w", line.Quantity, line.SKU, ErrEmpty)
		}
		sums[line.SKU] += line.Quantity
	}
	if len(sums) == 0 {
		return nil, ErrEmpty
	}
	merged := make([]Line, 0, len(sums))
	for sku, quantity := range sums {
		merged = append(merged, Line{sku, quantity})
	}
	slices.SortFunc(merged, func(a, b Line) int { return strings.Compare(a.SKU, b.SKU) })
	return merged, nil
}

// Place promises all lines or nothing. Fails with ErrEmpty or ErrNotEnough.
func (d Desk) Place(ctx context.Context, lines []Line) (Order, error) {
	merged, err := merge(lines)
	if err != nil {
		return Order{}, err
	}
	var placed Order
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		row := tx.QueryRow(ctx, "INSERT INTO orders (expires_at) VALUES (now() + $1) RETURNING number, status, expires_at", d.keep)
		if err := row.Scan(&placed.Number, &placed.Status, &placed.ExpiresAt); err != nil {
			return err
		}
		for _, line := range merged {
			if err := reserve(ctx, tx, placed.Number, line); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "INSERT INTO picks (number) VALUES ($1)", placed.Number)
		return err
	})
	if err != nil {
		return Order{}, err
	}
	return placed, nil
}

// reserve takes from the fullest place first. The article's stock is locked: what is free stays free until the end.
func reserve(ctx context.Context, tx pgx.Tx, number int64, line Line) error {
	if _, err := tx.Exec(ctx, "SELECT FROM stock WHERE sku = $1 ORDER BY place_id FOR UPDATE", line.SKU); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "SELECT place_id, quantity FROM free_stock WHERE sku = $1 AND quantity > 0 ORDER BY quantity DESC, place_id", line.SKU)
	if err != nil {
		return err
	}
	type free struct {
		Place    int64
		Quantity int
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[free])
	if err != nil {
		return err
	}
	missing := line.Quantity
	for _, place := range places {
		taken := min(missing, place.Quantity)
		if taken == 0 {
			break
		}
		if _, err := tx.Exec(ctx, "INSERT INTO reservations VALUES ($1, $2, $3, $4)", number, line.SKU, place.Place, taken); err != nil {
			return err
		}
		missing -= taken
	}
	if missing > 0 {
		return fmt.Errorf("%d of %s are missing: %w", missing, line.SKU, ErrNotEnough)
	}
	return nil
}

// Find fails with ErrUnknown.
func (d Desk) Find(ctx context.Context, number int64) (Order, error) {
	return find(ctx, d.db, number, "")
}

// Ship takes what was promised out of stock. Fails with ErrUnknown or ErrClosed.
func (d Desk) Ship(ctx context.Context, number int64) error {
	return d.close(ctx, number, "shipped", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO movements (sku, place_id, quantity, reason, note)
			SELECT sku, place_id, -quantity, 'shipped', 'order ' || number FROM reservations WHERE number = $1 ORDER BY sku, place_id`, number)
		return err
	})
}

// Cancel gives back what was promised. Fails with ErrUnknown or ErrClosed.
func (d Desk) Cancel(ctx context.Context, number int64) error {
	return d.close(ctx, number, "cancelled", func(pgx.Tx) error { return nil })
}

// Expire gives back what was promised for too long, and says of which orders.
func (d Desk) Expire(ctx context.Context) ([]int64, error) {
	rows, err := d.db.Query(ctx, `WITH late AS (SELECT number FROM orders WHERE status = 'open' AND expires_at < now() FOR UPDATE SKIP LOCKED)
		UPDATE orders SET status = 'expired' FROM late WHERE orders.number = late.number RETURNING orders.number`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func (d Desk) close(ctx context.Context, number int64, status string, work func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		found, err := find(ctx, tx, number, "FOR UPDATE")
		if err != nil {
			return err
		}
		if found.Status != "open" {
			return fmt.Errorf("order %d is %s: %w", number, found.Status, ErrClosed)
		}
		if err := work(tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE orders SET status = $2 WHERE number = $1", number, status)
		return err
	})
}

type querier interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
}

func find(ctx context.Context, db querier, number int64, lock string) (Order, error) {
	rows, err := db.Query(ctx, "SELECT number, status, expires_at FROM orders WHERE number = $1 "+lock, number)
	if err != nil {
		return Order{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Order])
	if errors.Is(err, pgx.ErrNoRows) {
		return Order{}, fmt.Errorf("order %d: %w", number, ErrUnknown)
	}
	return found, err
}
