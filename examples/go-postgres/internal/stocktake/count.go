// Package stocktake counts what is really there, one count of a place at a time.
package stocktake

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrBusy means that somebody counts there already.
	ErrBusy = errors.New("somebody counts there")
	// ErrUnknown means that there is no such place.
	ErrUnknown = errors.New("no such place")
)

// Count is a count of one place under way. It is its connection's: if that breaks, it is over.
type Count struct {
	connection *pgxpool.Conn
	place      int64
}

// Begin fails with ErrBusy or ErrUnknown.
func Begin(ctx context.Context, db *pgxpool.Pool, place string) (*Count, error) {
	connection, err := db.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var id int64
	var isOurs bool
	err = connection.QueryRow(ctx, "SELECT id, pg_try_advisory_lock(17, id::integer) FROM places WHERE code = $1", place).Scan(&id, &isOurs)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("place %s: %w", place, ErrUnknown)
	} else if err == nil && !isOurs {
		err = fmt.Errorf("place %s: %w", place, ErrBusy)
	}
	if err != nil {
		connection.Release()
		return nil, err
	}
	return &Count{connection, id}, nil
}

// Found enters how much of an article is there, and returns by how much the ledger was wrong.
func (c *Count) Found(ctx context.Context, sku string, quantity int) (difference int, err error) {
	err = pgx.BeginFunc(ctx, c.connection, func(tx pgx.Tx) error {
		var known int
		row := tx.QueryRow(ctx, "SELECT quantity FROM stock WHERE sku = $1 AND place_id = $2 FOR UPDATE", sku, c.place)
		if err := row.Scan(&known); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		difference = quantity - known
		if difference == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, "INSERT INTO movements (sku, place_id, quantity, reason) VALUES ($1, $2, $3, 'counted')", sku, c.place, difference)
		return err
	})
	return difference, err
}

// End lets others count there.
func (c *Count) End(ctx context.Context) error {
	defer c.connection.Release()
	_, err := c.connection.Exec(ctx, "SELECT pg_advisory_unlock(17, $1::bigint::integer)", c.place)
	return err
}
