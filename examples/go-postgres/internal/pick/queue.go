// Package pick hands orders to those who fetch the goods.
package pick

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrNothing means that there is nothing to pick.
	ErrNothing = errors.New("nothing to pick")
	// ErrNotYours means that a pick is not in these hands.
	ErrNotYours = errors.New("the pick is not in your hands")
)

// Pick is an order to fetch.
type Pick struct {
	ID     int64 `json:"id"`
	Number int64 `json:"number"`
}

// Queue is what is to be picked; orders come into it as they are placed.
type Queue struct{ db *pgxpool.Pool }

// NewQueue is a database's.
func NewQueue(db *pgxpool.Pool) Queue { return Queue{db} }

// Take gives the next pick to a picker, and to nobody else. Orders that are closed are left out. Fails with ErrNothing.
func (q Queue) Take(ctx context.Context, picker string) (Pick, error) {
	rows, err := q.db.Query(ctx, `UPDATE picks SET picker = $1 WHERE id = (
			SELECT p.id FROM picks p JOIN orders o USING (number)
			WHERE p.picker IS NULL AND p.done_at IS NULL AND o.status = 'open'
			ORDER BY p.priority DESC, p.id LIMIT 1 FOR UPDATE OF p SKIP LOCKED)
		RETURNING id, number`, picker)
	if err != nil {
		return Pick{}, err
	}
	taken, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Pick])
	if errors.Is(err, pgx.ErrNoRows) {
		return Pick{}, ErrNothing
	}
	return taken, err
}

// Done fails with ErrNotYours.
func (q Queue) Done(ctx context.Context, id int64, picker string) error {
	return q.change(ctx, "UPDATE picks SET done_at = now() WHERE id = $1 AND picker = $2 AND done_at IS NULL", id, picker)
}

// PutBack lets somebody else take it. Fails with ErrNotYours.
func (q Queue) PutBack(ctx context.Context, id int64, picker string) error {
	return q.change(ctx, "UPDATE picks SET picker = NULL WHERE id = $1 AND picker = $2 AND done_at IS NULL", id, picker)
}

// Hurry puts an order before the others.
func (q Queue) Hurry(ctx context.Context, number int64) error {
	_, err := q.db.Exec(ctx, "UPDATE picks SET priority = priority + 1 WHERE number = $1", number)
	return err
}

// Wait returns when there is something new, or the context ends.
func (q Queue) Wait(ctx context.Context, listening func()) error {
	connection, err := q.db.Acquire(ctx)
	if err != nil {
		return err
	}
	// One that listens is of no use to others.
	conn := connection.Hijack()
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN picks"); err != nil {
		return err
	}
	listening()
	_, err = conn.WaitForNotification(ctx)
	return err
}

func (q Queue) change(ctx context.Context, sql string, id int64, picker string) error {
	tag, err := q.db.Exec(ctx, sql, id, picker)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrNotYours
	}
	return err
}
