// Package web is the program's HTTP side: JSON in, JSON out.
package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"example.com/stockly/internal/article"
	"example.com/stockly/internal/order"
	"example.com/stockly/internal/stock"
	"github.com/jackc/pgx/v5/pgxpool"
)

// App is what the handlers serve.
type App struct {
	DB      *pgxpool.Pool
	Catalog article.Catalog
	Ledger  stock.Ledger
	Desk    order.Desk
}

// Handler serves the app.
func Handler(app App) http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]handler{
		"GET /healthz":                app.health,
		"POST /articles":              app.addArticle,
		"GET /articles":               app.search,
		"GET /articles/{code}":        app.findArticle,
		"POST /places":                app.addPlace,
		"POST /articles/{sku}/stock":  app.receive,
		"GET /articles/{sku}/stock":   app.levels,
		"GET /articles/{sku}/history": app.history,
		"POST /orders":                app.placeOrder,
		"GET /orders/{number}":        app.findOrder,
		"POST /orders/{number}/ship":  app.shipOrder,
		"DELETE /orders/{number}":     app.cancelOrder,
	} {
		mux.Handle(pattern, handle)
	}
	return mux
}

// handler answers with a status and JSON, or with an error.
type handler func(*http.Request) (status int, answer any, err error)

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, answer, err := h(r)
	if err != nil {
		status, answer = statusOf(err), map[string]string{"error": err.Error()}
	}
	if status >= http.StatusInternalServerError {
		// What the database says is not for everybody.
		answer = map[string]string{"error": http.StatusText(status)}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

var errRequest = errors.New("not understood")

func statusOf(err error) int {
	is := func(targets ...error) bool {
		for _, target := range targets {
			if errors.Is(err, target) {
				return true
			}
		}
		return false
	}
	switch {
	case is(errRequest, article.ErrInvalid, order.ErrEmpty, stock.ErrQuantity):
		return http.StatusBadRequest
	case is(article.ErrUnknown, stock.ErrUnknown, order.ErrUnknown):
		return http.StatusNotFound
	case is(article.ErrTaken, order.ErrNotEnough, order.ErrClosed, stock.ErrNotEnough, stock.ErrFull):
		return http.StatusConflict
	default:
		return http.StatusInternalServerError
	}
}

// read takes a body of one JSON value, without fields that nobody knows.
func read(r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%w: %v", errRequest, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows", errRequest)
	}
	return nil
}

func (a App) health(r *http.Request) (int, any, error) {
	return http.StatusOK, map[string]bool{"ready": true}, a.DB.Ping(r.Context())
}

func (a App) addArticle(r *http.Request) (int, any, error) {
	var wish article.Article
	if err := read(r, &wish); err != nil {
		return 0, nil, err
	}
	made, err := article.New(wish.SKU, wish.Name, wish.Barcode)
	if err == nil {
		err = a.Catalog.Add(r.Context(), made)
	}
	return http.StatusCreated, made, err
}

func (a App) search(r *http.Request) (int, any, error) {
	found, err := a.Catalog.Search(r.Context(), r.FormValue("name"), 50)
	return http.StatusOK, found, err
}

func (a App) findArticle(r *http.Request) (int, any, error) {
	found, err := a.Catalog.Find(r.Context(), r.PathValue("code"))
	return http.StatusOK, found, err
}

func (a App) addPlace(r *http.Request) (int, any, error) {
	var wish struct {
		Code     string `json:"code"`
		Capacity int    `json:"capacity"`
	}
	if err := read(r, &wish); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, wish, a.Ledger.AddPlace(r.Context(), wish.Code, wish.Capacity)
}

func (a App) receive(r *http.Request) (int, any, error) {
	var wish struct {
		Place    string `json:"place"`
		Quantity int    `json:"quantity"`
		Note     string `json:"note"`
	}
	if err := read(r, &wish); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, wish, a.Ledger.Receive(r.Context(), r.PathValue("sku"), wish.Place, wish.Quantity, wish.Note)
}

func (a App) levels(r *http.Request) (int, any, error) {
	found, err := a.Ledger.Levels(r.Context(), r.PathValue("sku"))
	return http.StatusOK, found, err
}

func (a App) history(r *http.Request) (int, any, error) {
	found, err := a.Ledger.History(r.Context(), r.PathValue("sku"), 100)
	return http.StatusOK, found, err
}

func (a App) placeOrder(r *http.Request) (int, any, error) {
	var lines []order.Line
	if err := read(r, &lines); err != nil {
		return 0, nil, err
	}
	placed, err := a.Desk.Place(r.Context(), lines)
	return http.StatusCreated, placed, err
}

func (a App) findOrder(r *http.Request) (int, any, error) {
	number, err := numberOf(r)
	if err != nil {
		return 0, nil, err
	}
	found, err := a.Desk.Find(r.Context(), number)
	return http.StatusOK, found, err
}

func (a App) shipOrder(r *http.Request) (int, any, error) {
	number, err := numberOf(r)
	if err != nil {
		return 0, nil, err
	}
	if err := a.Desk.Ship(r.Context(), number); err != nil {
		return 0, nil, err
	}
	return a.findOrder(r)
}

func (a App) cancelOrder(r *http.Request) (int, any, error) {
	number, err := numberOf(r)
	if err != nil {
		return 0, nil, err
	}
	if err := a.Desk.Cancel(r.Context(), number); err != nil {
		return 0, nil, err
	}
	return a.findOrder(r)
}

func numberOf(r *http.Request) (int64, error) {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%w: %q is no order's number", errRequest, r.PathValue("number"))
	}
	return number, nil
}
