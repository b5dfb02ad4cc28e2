//go:build !integration

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, files, env map[string]string) (Config, error) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if files == nil {
		folder = ""
	}
	return Load(folder, func(name string) string { return env[name] })
}

func TestTheEnvironmentAloneIsEnough(t *testing.T) {
	got, err := load(t, nil, map[string]string{"DATABASE_URL": "postgres://a@b/c", "STOCKLY_LISTEN": ":1"})
	if err != nil || got.Database.Address() != "postgres://a@b/c" || got.HTTP.Listen != ":1" || got.Stock.Reservation != 30*time.Minute {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestPartsBecomeAnAddress(t *testing.T) {
	for text, want := range map[string]string{
		"{host: db, name: shop}":                                       "postgres://db:5432/shop?sslmode=prefer",
		"{host: db, port: 1, name: shop, tls: disable}":                "postgres://db:1/shop?sslmode=disable",
		"{host: '::1', name: shop, user: a, password: 'p@ss/w:rd'}":    "postgres://a:p%40ss%2Fw%3Ard@[::1]:5432/shop?sslmode=prefer",
		"{host: db, name: 'a shop?', user: 'o''neil', password: ''}":   "postgres://o%27neil:@db:5432/a%20shop%3F?sslmode=prefer",
		"{url: 'postgres://x/y', host: not-read, name: not-read}":      "postgres://x/y",
		"{host: db, name: shop, connections: 1} # with a remark":       "postgres://db:5432/shop?sslmode=prefer",
		"{host: db, name: shop, user: reader, password: \"\\u00e4\" }": "postgres://reader:%C3%A4@db:5432/shop?sslmode=prefer",
	} {
		got, err := load(t, map[string]string{"a.yaml": "database: " + text}, nil)
		if err != nil || got.Database.Address() != want {
			t.Errorf("%s is %s, %v; want %s", text, got.Database.Address(), err, want)
		}
	}
}

func TestLaterFilesCountBeforeEarlierOnes(t *testing.T) {
	got, err := load(t, map[string]string{
		"20.yaml":     "stock: {reservation: 5m}\n",
		"10.yaml":     "stock: {reservation: 1m}\ndatabase: {host: first, name: shop}\n",
		"30.yaml":     "database: {host: last}\n",
		"empty.yaml":  "",
		"40.yaml.bak": "database: {host: not-read}\n",
	}, nil)
	if err != nil || got.Stock.Reservation != 5*time.Minute || got.Database.Host != "last" || got.Database.Name != "shop" {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestTheEnvironmentCountsBeforeFiles(t *testing.T) {
	got, err := load(t, map[string]string{"a.yaml": "database: {url: 'postgres://file/x'}"}, map[string]string{"DATABASE_URL": "postgres://env/x"})
	if err != nil || got.Database.Address() != "postgres://env/x" {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"databse: {host: a}":           "line 1: field databse not found",
		"database: {hots: a}":          "field hots not found",
		"database: {port: many}":       "cannot unmarshal",
		"database: [":                  "yaml:",
		"database: {host: a}":          "database: say url, or host and name",
		"stock: {reservation: 0s}":     "stock.reservation: 0s is no time",
		"stock: {reservation: a year}": "cannot unmarshal",
		"database: {connections: 0}":   "database.connections: 0 are too few",
	} {
		if _, err := load(t, map[string]string{"a.yaml": text}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	if _, err := load(t, map[string]string{}, nil); err == nil || !strings.Contains(err.Error(), "has no *.yaml") {
		t.Errorf("an empty folder: got %v", err)
	}
}
