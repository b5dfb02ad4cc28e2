//go:build !integration

package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/stockly/internal/order"
	"example.com/stockly/internal/stock"
)

func TestWhatIsNotUnderstoodNeverReachesTheDatabase(t *testing.T) {
	for _, c := range []struct{ what, method, path, body, says string }{
		{"no JSON", "POST", "/articles", "sku=BOLT", "not understood"},
		{"an unknown field", "POST", "/articles", `{"sku":"BOLT","price":1}`, "price"},
		{"two values", "POST", "/articles", `{"sku":"BOLT","name":"Bolt"} {}`, "something follows"},
		{"another type", "POST", "/orders", `{"sku":"BOLT"}`, "not understood"},
		{"a fraction", "POST", "/articles/BOLT/stock", `{"place":"A-01","quantity":1.5}`, "not understood"},
		{"an order of nothing", "POST", "/orders", `[]`, "one piece or more"},
		{"no barcode", "POST", "/articles", `{"sku":"BOLT","name":"Bolt","barcode":"1"}`, "no barcode"},
		{"a number that is none", "GET", "/orders/first", "", "no order's number"},
		{"a body without end", "POST", "/articles", `{"name":"` + strings.Repeat("a", 1<<20) + `"}`, "too large"},
	} {
		t.Run(c.what, func(t *testing.T) {
			answer := httptest.NewRecorder()
			Handler(App{}).ServeHTTP(answer, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), c.says) {
				t.Errorf("got %d %s", answer.Code, answer.Body)
			}
		})
	}
}

func TestErrorsHaveTheirStatus(t *testing.T) {
	for err, want := range map[error]int{
		fmt.Errorf("A-01: %w", stock.ErrFull): http.StatusConflict,
		order.ErrUnknown:                      http.StatusNotFound,
		errors.New("connection refused"):      http.StatusInternalServerError,
	} {
		if got := statusOf(err); got != want {
			t.Errorf("%v is %d, want %d", err, got, want)
		}
	}
}

func TestAFailureIsNotToldToEverybody(t *testing.T) {
	answer := httptest.NewRecorder()
	handler(func(*http.Request) (int, any, error) { return 0, nil, errors.New("password of db.internal refused") }).
		ServeHTTP(answer, httptest.NewRequest("GET", "/", nil))
	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "db.internal") {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
}
