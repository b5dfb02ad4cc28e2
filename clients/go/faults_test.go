package space

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func codeOf(err error) string {
	var failure *Error
	if errors.As(err, &failure) {
		return failure.Code
	}
	return ""
}

func TestWithoutABrokerTheNextStepIsSaid(t *testing.T) {
	for missing, set := range map[string][]string{
		brokerVariable: {"", "token"},
		tokenVariable:  {"http://127.0.0.1:1", ""},
	} {
		t.Setenv(brokerVariable, set[0])
		t.Setenv(tokenVariable, set[1])
		if Available() {
			t.Errorf("there is a broker without %s", missing)
		}
		_, err := Acquire(t.Context(), "postgres")
		if codeOf(err) != "SPACE_BROKER_MISSING" || !strings.Contains(err.Error(), missing) ||
			!strings.Contains(err.Error(), "seatrial exec -- go test ./...") {
			t.Errorf("got %v", err)
		}
	}
	t.Setenv(brokerVariable, "http://127.0.0.1:1")
	t.Setenv(tokenVariable, "token")
	if !Available() {
		t.Error("there is none with both variables")
	}
}

func TestWhateverElseIsThereIsNoBroker(t *testing.T) {
	listen := func(serve func(net.Conn)) string {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				serve(connection)
				connection.Close()
			}
		}()
		return "http://" + listener.Addr().String()
	}
	addresses := map[string]string{
		"a closed port":           "http://127.0.0.1:1",
		"one that hangs up":       listen(func(net.Conn) {}),
		"another protocol":        listen(func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-x\r\n") }),
		"an address that is none": "http://[::1",
		"a scheme of its own":     "postgres://127.0.0.1",
	}
	for what, url := range addresses {
		t.Setenv(brokerVariable, url)
		t.Setenv(tokenVariable, "secret-token")
		_, err := Acquire(t.Context(), "postgres")
		if codeOf(err) != "BROKER_UNREACHABLE" || !strings.Contains(err.Error(), url) {
			t.Errorf("%s: got %v", what, err)
		}
		if strings.Contains(err.Error(), "secret-token") {
			t.Errorf("%s: the token is shown: %v", what, err)
		}
	}
}

func TestAnswersThatAreNotOfTheProtocolAreErrors(t *testing.T) {
	answers := map[string]func(http.ResponseWriter){
		"a page":              func(w http.ResponseWriter) { http.Error(w, "<html>", http.StatusBadGateway) },
		"a page that is fine": func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") },
		"nothing":             func(w http.ResponseWriter) {},
		"another object":      func(w http.ResponseWriter) { _, _ = io.WriteString(w, "{}") },
		"half an answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"id":"lease-1"`)
		},
		"an end": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	}
	for what, handle := range answers {
		b := newBroker(t)
		b.answers(func(_ asked, w http.ResponseWriter) { handle(w) })
		if _, err := Acquire(t.Context(), "postgres"); codeOf(err) != "BROKER_UNREACHABLE" {
			t.Errorf("%s for a space: got %v", what, err)
		}
		b = newBroker(t)
		b.answersSessions(handle)
		if _, err := Acquire(t.Context(), "postgres"); codeOf(err) != "BROKER_UNREACHABLE" {
			t.Errorf("%s for a session: got %v", what, err)
		}
		b.answersSessions(nil)
		if _, err := Acquire(t.Context(), "postgres"); err != nil {
			t.Errorf("%s: the next one fails, too: %v", what, err)
		}
	}
}

func TestTheTokenIsNotTakenElsewhere(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a request arrives with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	b := newBroker(t)
	b.answers(func(_ asked, w http.ResponseWriter) {
		w.Header().Set("Location", elsewhere.URL)
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	t.Setenv("HTTP_PROXY", elsewhere.URL)
	if _, err := Acquire(t.Context(), "postgres"); codeOf(err) != "BROKER_UNREACHABLE" {
		t.Errorf("got %v", err)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	b := newBroker(t)
	left := make(chan struct{})
	b.answers(func(asked, http.ResponseWriter) { <-left })
	defer close(left)
	why := errors.New("the test is given up")
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(why) })
	if _, err := Acquire(ctx, "postgres"); !errors.Is(err, why) || codeOf(err) != "" {
		t.Errorf("got %v", err)
	}
}

func TestABrokerThatSaysNothingIsNotWaitedForWithoutEnd(t *testing.T) {
	b := newBroker(t)
	left := make(chan struct{})
	defer close(left)
	c, err := processClient()
	if err != nil {
		t.Fatal(err)
	}
	c.patience = 50 * time.Millisecond
	b.answers(func(asked, http.ResponseWriter) { <-left })
	_, err = Acquire(t.Context(), "postgres", Wait(time.Millisecond))
	if codeOf(err) != "BROKER_UNREACHABLE" || !strings.Contains(err.Error(), "nothing came within 51ms") {
		t.Errorf("for a space: got %v", err)
	}
	b.endSessions()
	eventually(t, "the session is forgotten", func() bool {
		c.opening.Lock()
		defer c.opening.Unlock()
		return c.session == ""
	})
	b.answersSessions(func(http.ResponseWriter) { <-left })
	_, err = Acquire(t.Context(), "postgres")
	if codeOf(err) != "BROKER_UNREACHABLE" || !strings.Contains(err.Error(), "nothing came within 50ms") {
		t.Errorf("for a session: got %v", err)
	}
}

func TestAProcessHasOneSessionUntilItIsLost(t *testing.T) {
	b := newBroker(t)
	var tests sync.WaitGroup
	for range 50 {
		tests.Add(1)
		go func() {
			defer tests.Done()
			if _, err := Acquire(t.Context(), "postgres"); err != nil {
				t.Error(err)
			}
		}()
	}
	tests.Wait()
	if got := b.sessions.Load(); got != 1 {
		t.Fatalf("%d sessions", got)
	}
	b.endSessions()
	eventually(t, "a new session", func() bool {
		if _, err := Acquire(t.Context(), "postgres"); err != nil {
			t.Fatal(err)
		}
		return b.sessions.Load() == 2
	})
}

func TestConnectionsAreKeptForManyParallelTests(t *testing.T) {
	b := newBroker(t)
	const parallel = 100
	for range 5 {
		var tests sync.WaitGroup
		for range parallel {
			tests.Add(1)
			go func() {
				defer tests.Done()
				s, err := Acquire(t.Context(), "postgres")
				if err == nil {
					err = s.Release(t.Context(), Passed)
				}
				if err != nil {
					t.Error(err)
				}
			}()
		}
		tests.Wait()
	}
	// A few more are dialled while another one becomes free.
	if got := b.connections.Load(); got > 2*parallel {
		t.Errorf("%d connections for %d tests at once", got, parallel)
	}
}

func TestAReleaseThatFailedIsNotTriedAgain(t *testing.T) {
	b := newBroker(t)
	s, err := Acquire(t.Context(), "postgres")
	if err != nil {
		t.Fatal(err)
	}
	b.answers(func(_ asked, w http.ResponseWriter) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"code":"BROKER_CLOSED","message":"The run is ending"}`)
	})
	for range 2 {
		if err := s.Release(t.Context(), Passed); codeOf(err) != "BROKER_CLOSED" {
			t.Errorf("got %v", err)
		}
	}
	if got := len(b.requests()); got != 3 {
		t.Errorf("%d requests", got)
	}
}

func TestNamesOfTestsSayTheirPackage(t *testing.T) {
	for _, c := range [][4]string{
		{"TestA/b", "example.com/shop/internal/orders", "example.com/shop", "internal/orders.TestA/b"},
		{"TestA", "example.com/shop", "example.com/shop", "shop.TestA"},
		{"TestA", "command-line-arguments", "", "command-line-arguments.TestA"},
		{"", "example.com/shop/internal/orders", "example.com/shop", "internal/orders"},
		{"TestA", "", "", "TestA"},
	} {
		if got := qualify(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%v is named %q", c, got)
		}
	}
}

func TestWithoutATestAnUnknownPartPanics(t *testing.T) {
	newBroker(t)
	s, err := Acquire(t.Context(), "postgres")
	if err != nil {
		t.Fatal(err)
	}
	for what, use := range map[string]func(){
		`no value "zoo"; its values: host, name, password, port, url, user`: func() { s.Value("zoo") },
		`no file "zoo"; its files (`:                                        func() { s.File("zoo") },
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), what) {
					t.Errorf("%v does not say %s", err, what)
				}
			}()
			use()
		}()
	}
}
