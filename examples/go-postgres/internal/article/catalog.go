package article

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

var (
	// ErrTaken means that another article has this number or barcode.
	ErrTaken = errors.New("taken by another article")
	// ErrUnknown means that there is no such article.
	ErrUnknown = errors.New("no such article")
)

// Catalog keeps articles.
type Catalog struct{ db *pgxpool.Pool }

// NewCatalog keeps them in a database.
func NewCatalog(db *pgxpool.Pool) Catalog { return Catalog{db} }

// Add fails with ErrTaken.
func (c Catalog) Add(ctx context.Context, a Article) error {
	_, err := c.db.Exec(ctx, "INSERT INTO articles (sku, name, barcode) VALUES ($1, $2, nullif($3, ''))", a.SKU, a.Name, a.Barcode)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23505" {
		return fmt.Errorf("%s: %w", refused.ConstraintName, ErrTaken)
	}
	return err
}

// Import adds all articles or none. Fails as Add does.
func (c Catalog) Import(ctx context.Context, articles []Article) error {
	rows := pgx.CopyFromSlice(len(articles), func(i int) ([]any, error) {
		var barcode any
		if articles[i].Barcode != "" {
			barcode = articles[i].Barcode
		}
		return []any{articles[i].SKU, articles[i].Name, barcode}, nil
	})
	_, err := c.db.CopyFrom(ctx, pgx.Identifier{"articles"}, []string{"sku", "name", "barcode"}, rows)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23505" {
		return fmt.Errorf("%s: %w", refused.ConstraintName, ErrTaken)
	}
	return err
}

// Find takes an article's number or barcode. Fails with ErrUnknown.
func (c Catalog) Find(ctx context.Context, code string) (Article, error) {
	rows, err := c.db.Query(ctx, "SELECT sku, name, coalesce(barcode, '') AS barcode FROM articles WHERE sku = upper($1) OR barcode = $1", code)
	if err != nil {
		return Article{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Article])
	if errors.Is(err, pgx.ErrNoRows) {
		return Article{}, fmt.Errorf("%s: %w", code, ErrUnknown)
	}
	return found, err
}

// Search finds at most limit articles whose names begin so, in any case.
func (c Catalog) Search(ctx context.Context, prefix string, limit int) ([]Article, error) {
	pattern := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(prefix)) + "%"
	rows, err := c.db.Query(ctx, `SELECT sku, name, coalesce(barcode, '') AS barcode FROM articles
		WHERE lower(name) LIKE $1 ORDER BY name, sku LIMIT $2`, pattern, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Article])
}
