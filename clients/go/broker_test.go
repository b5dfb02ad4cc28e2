package space

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const goldenToken = "golden-token"

// exchange is a file of protocol/golden/broker/exchanges.
type exchange struct {
	Request struct {
		Method, Path string
		Headers      map[string]string
		Body         any
	}
	Answer struct {
		Status int
		Schema string
		Body   json.RawMessage
	}
}

func golden(t *testing.T, name string, into any) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../protocol/golden/broker", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func goldenExchange(t *testing.T, name string) (e exchange) {
	t.Helper()
	golden(t, "exchanges/"+name, &e)
	return e
}

// asked is a request as the broker got it.
type asked struct {
	Method, Path, Token string
	Body                any
}

// scriptedBroker answers as it is told, and keeps what it was asked.
type scriptedBroker struct {
	url         string
	server      *httptest.Server
	connections atomic.Int32
	sessions    atomic.Int32

	mu      sync.Mutex
	asked   []asked
	holding []chan struct{}
	// answer is asked for everything but sessions; nil is the golden one.
	answer func(asked, http.ResponseWriter)
	// atSession is asked for sessions; nil opens one.
	atSession func(http.ResponseWriter)
}

// newBroker starts one and makes it the broker of this process while the test runs.
func newBroker(t *testing.T) *scriptedBroker {
	t.Helper()
	b := &scriptedBroker{}
	byVerb := map[string]exchange{}
	for verb, name := range map[string]string{"spaces": "acquire-files", "release": "release-passed", "renew": "renew", "keep": "keep"} {
		byVerb[verb] = goldenExchange(t, name)
	}
	b.answer = func(a asked, w http.ResponseWriter) {
		answer := byVerb[a.Path[strings.LastIndex(a.Path, "/")+1:]].Answer
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	}
	b.server = httptest.NewUnstartedServer(http.HandlerFunc(b.serve))
	b.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			b.connections.Add(1)
		}
	}
	b.server.Start()
	b.url = b.server.URL
	t.Cleanup(func() {
		b.endSessions()
		b.server.CloseClientConnections()
		b.server.Close()
	})
	t.Setenv(brokerVariable, b.url)
	t.Setenv(tokenVariable, goldenToken)
	return b
}

func (b *scriptedBroker) serve(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	var body any
	_ = json.Unmarshal(content, &body)
	a := asked{Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("Authorization"), Body: body}
	b.mu.Lock()
	b.asked = append(b.asked, a)
	answer, atSession := b.answer, b.atSession
	b.mu.Unlock()
	if r.URL.Path != "/v1/sessions" {
		answer(a, w)
		return
	}
	if atSession != nil {
		atSession(w)
		return
	}
	b.sessions.Add(1)
	_, _ = io.WriteString(w, `{"session":"session-1"}`+"\n")
	_ = http.NewResponseController(w).Flush()
	end := make(chan struct{})
	b.mu.Lock()
	b.holding = append(b.holding, end)
	b.mu.Unlock()
	select {
	case <-end:
	case <-r.Context().Done():
	}
}

func (b *scriptedBroker) answers(answer func(asked, http.ResponseWriter)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

func (b *scriptedBroker) answersSessions(answer func(http.ResponseWriter)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.atSession = answer
}

func (b *scriptedBroker) endSessions() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, end := range b.holding {
		close(end)
	}
	b.holding = nil
}

func (b *scriptedBroker) requests() []asked {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]asked(nil), b.asked...)
}

func eventually(t *testing.T, what string, claim func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !claim(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
