//go:build integration

package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/stockly/internal/config"
	"example.com/stockly/internal/testspace"
	"github.com/jackc/pgx/v5"
)

func TestTheRenderedFilesSayWhereTheSpaceIs(t *testing.T) {
	t.Parallel()
	db := testspace.New(t)
	c := db.Config.Database
	if c.Host != db.Space.Host() || c.Name != db.Space.Name() || c.User != db.Space.User() || c.Password != db.Space.Password() {
		t.Errorf("got %+v, want %s", c, db.Space.URL)
	}
	conn, err := pgx.Connect(t.Context(), c.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var name string
	if err := conn.QueryRow(t.Context(), "SELECT current_database()").Scan(&name); err != nil || name != db.Space.Name() {
		t.Errorf("connected to %s, %v", name, err)
	}
}

func TestTheSuitesEnvironmentIsInTheFiles(t *testing.T) {
	t.Parallel()
	if got := testspace.New(t).Config.Stock.Reservation; got != 15*time.Minute {
		t.Errorf("goods are kept for %v", got)
	}
}

func TestRenderedFilesAreForTheirUserAlone(t *testing.T) {
	t.Parallel()
	for _, file := range testspace.New(t).Space.Files() {
		info, err := os.Stat(file.Path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file.Path, info, err)
		}
		if content, err := os.ReadFile(file.Path); err != nil || string(content) != file.Text {
			t.Errorf("%s holds %q, %v", file.Path, content, err)
		}
	}
}

func TestEachSpaceHasFilesOfItsOwn(t *testing.T) {
	t.Parallel()
	first, second := testspace.New(t), testspace.New(t)
	if a, b := first.Space.File("10-database.yaml"), second.Space.File("10-database.yaml"); a.Path == b.Path || a.Text == b.Text {
		t.Errorf("both have %s", a.Path)
	}
}

func TestAFileOnTopChangesOnlyWhatItSays(t *testing.T) {
	t.Parallel()
	db := testspace.New(t)
	folder := filepath.Dir(db.Space.File("10-database.yaml").Path)
	if err := os.WriteFile(filepath.Join(folder, "90-local.yaml"), []byte("stock: {reservation: 1h}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(folder, func(string) string { return "" })
	if err != nil || got.Stock.Reservation != time.Hour || got.Database != db.Config.Database {
		t.Errorf("got %+v, %v", got, err)
	}
}
