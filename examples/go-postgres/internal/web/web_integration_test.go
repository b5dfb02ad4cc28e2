//go:build integration

package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/stockly/internal/article"
	"example.com/stockly/internal/order"
	"example.com/stockly/internal/stock"
	"example.com/stockly/internal/testspace"
)

type server struct {
	t   *testing.T
	url string
	db  testspace.Database
}

func serve(t *testing.T) server {
	t.Helper()
	t.Parallel()
	db := testspace.New(t)
	app := App{DB: db.Pool, Catalog: article.NewCatalog(db.Pool), Ledger: stock.NewLedger(db.Pool),
		Desk: order.NewDesk(db.Pool, db.Config.Stock.Reservation)}
	listening := httptest.NewServer(Handler(app))
	t.Cleanup(listening.Close)
	return server{t, listening.URL, db}
}

// ask sends a request and wants this status; the answer is JSON, without blanks.
func (s server) ask(method, path, body string, status int) string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		s.t.Fatalf("%s %s: %d %s, %v; want %d", method, path, response.StatusCode, answer, err, status)
	}
	return strings.TrimSpace(string(answer))
}

func (s server) filled() server {
	s.t.Helper()
	s.ask("POST", "/articles", `{"sku":"bolt","name":"Bolt","barcode":"4006381333931"}`, 201)
	s.ask("POST", "/places", `{"code":"A","capacity":10}`, 201)
	s.ask("POST", "/articles/BOLT/stock", `{"place":"A","quantity":10,"note":"truck 7"}`, 201)
	return s
}

func TestAReadyDatabaseIsHealthy(t *testing.T) {
	serve(t).ask("GET", "/healthz", "", 200)
}

func TestWithoutItsDatabaseItIsNotHealthy(t *testing.T) {
	s := serve(t)
	s.db.Close()
	if got := s.ask("GET", "/healthz", "", 500); strings.Contains(got, "pool") {
		t.Errorf("it tells everybody %s", got)
	}
}

func TestAnArticleIsFoundByNumberAndBarcode(t *testing.T) {
	s := serve(t).filled()
	for _, code := range []string{"BOLT", "bolt", "4006381333931"} {
		if got := s.ask("GET", "/articles/"+code, "", 200); got != `{"sku":"BOLT","name":"Bolt","barcode":"4006381333931"}` {
			t.Errorf("%s is %s", code, got)
		}
	}
	s.ask("GET", "/articles/NUT", "", 404)
}

func TestAnArticleIsAddedOnce(t *testing.T) {
	s := serve(t).filled()
	s.ask("POST", "/articles", `{"sku":"BOLT","name":"Another"}`, 409)
}

func TestArticlesAreSearched(t *testing.T) {
	s := serve(t).filled()
	if got := s.ask("GET", "/articles?name=bo", "", 200); !strings.Contains(got, `"BOLT"`) {
		t.Errorf("got %s", got)
	}
	if got := s.ask("GET", "/articles?name=nut", "", 200); got != "[]" {
		t.Errorf("got %s", got)
	}
}

func TestStockIsReceivedUntilThePlaceIsFull(t *testing.T) {
	s := serve(t).filled()
	s.ask("POST", "/articles/BOLT/stock", `{"place":"A","quantity":1}`, 409)
	s.ask("POST", "/articles/BOLT/stock", `{"place":"Z","quantity":1}`, 404)
	s.ask("POST", "/articles/NUT/stock", `{"place":"A","quantity":0}`, 400)
	if got := s.ask("GET", "/articles/BOLT/stock", "", 200); got != `[{"place":"A","quantity":10,"free":10}]` {
		t.Errorf("got %s", got)
	}
}

func TestHistoryTellsWhatCame(t *testing.T) {
	var got []stock.Movement
	if err := json.Unmarshal([]byte(serve(t).filled().ask("GET", "/articles/BOLT/history", "", 200)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Note != "truck 7" || got[0].Quantity != 10 || got[0].At.IsZero() {
		t.Errorf("got %+v", got)
	}
}

func TestAnOrderGoesFromItsPlacingToItsShipping(t *testing.T) {
	s := serve(t).filled()
	if got := s.ask("POST", "/orders", `[{"sku":"BOLT","quantity":4}]`, 201); !strings.Contains(got, `"number":1,"status":"open"`) {
		t.Errorf("placed %s", got)
	}
	if got := s.ask("GET", "/articles/BOLT/stock", "", 200); got != `[{"place":"A","quantity":10,"free":6}]` {
		t.Errorf("then %s", got)
	}
	if got := s.ask("POST", "/orders/1/ship", "", 200); !strings.Contains(got, `"status":"shipped"`) {
		t.Errorf("shipped %s", got)
	}
	if got := s.ask("GET", "/articles/BOLT/stock", "", 200); got != `[{"place":"A","quantity":6,"free":6}]` {
		t.Errorf("then %s", got)
	}
}

func TestAnOrderIsCancelledOnce(t *testing.T) {
	s := serve(t).filled()
	s.ask("POST", "/orders", `[{"sku":"BOLT","quantity":4}]`, 201)
	if got := s.ask("DELETE", "/orders/1", "", 200); !strings.Contains(got, `"status":"cancelled"`) {
		t.Errorf("cancelled %s", got)
	}
	s.ask("DELETE", "/orders/1", "", 409)
	s.ask("POST", "/orders/1/ship", "", 409)
}

func TestAnOrderOfTooMuchIsRefused(t *testing.T) {
	s := serve(t).filled()
	if got := s.ask("POST", "/orders", `[{"sku":"BOLT","quantity":11}]`, 409); !strings.Contains(got, "1 of BOLT are missing") {
		t.Errorf("got %s", got)
	}
	s.ask("GET", "/orders/1", "", 404)
}
