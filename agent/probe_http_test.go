package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func httpSpec(t testing.TB, server *httptest.Server) probeSpec {
	t.Helper()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().(*net.TCPAddr)
	return probeSpec{Kind: "http", Scheme: "http", Host: "127.0.0.1", Port: address.Port, Path: "/healthz?deep=1", Timeout: 5_000}
}

func TestHttpStatusesThatAreReadyAndThatAreNot(t *testing.T) {
	for _, c := range []struct {
		status int
		wanted []int
		ready  bool
		saw    string
	}{
		{200, nil, true, "HTTP 200 OK"}, {204, nil, true, "HTTP 204 No Content"}, {302, nil, true, "HTTP 302 Found"},
		{404, nil, false, "HTTP 404 Not Found"}, {503, nil, false, "HTTP 503 Service Unavailable"}, {599, nil, false, "HTTP 599"},
		{401, []int{200, 401}, true, "HTTP 401 Unauthorized"}, {200, []int{204}, false, "HTTP 200 OK"},
	} {
		spec := httpSpec(t, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.RequestURI != "/healthz?deep=1" {
				c.status = 400
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
		})))
		spec.Status = c.wanted
		answer := probe(context.Background(), spec)
		if answer.Ready != c.ready || answer.Saw != c.saw {
			t.Errorf("%d of %v: %+v", c.status, c.wanted, answer)
		}
	}
}

func TestHttpsIsNotAskedForAValidCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.StartTLS()
	spec := httpSpec(t, server)
	spec.Scheme = "https"
	if answer := probe(context.Background(), spec); !answer.Ready {
		t.Errorf("%+v", answer)
	}
}

func TestHttpToAndFromTheWrongSchemeIsNotReady(t *testing.T) {
	plain := httpSpec(t, httptest.NewServer(http.NotFoundHandler()))
	plain.Scheme = "https"
	expectRefused(t, plain, probe(context.Background(), plain), "answered without TLS")
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	secure := httpSpec(t, server)
	expectRefused(t, secure, probe(context.Background(), secure), "HTTP 400 Bad Request")
}

func TestHttpHostIsLocalhostUnlessOneIsGiven(t *testing.T) {
	hosts := make(chan string, 2)
	listener, err := net.Listen("tcp", net.JoinHostPort(selfAddress(), "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { hosts <- r.Host }))
	_ = server.Listener.Close()
	server.Listener = listener
	server.Start()
	spec := httpSpec(t, server)
	for _, host := range []string{"", selfAddress()} {
		spec.Host = host
		if answer := probe(context.Background(), spec); !answer.Ready {
			t.Fatalf("%+v", answer)
		}
		if got := <-hosts; !strings.HasPrefix(got, "localhost:") == (host == "") {
			t.Errorf("host %q is asked as %q", host, got)
		}
	}
}

func TestHttpDoesNotReadTheBody(t *testing.T) {
	stopped := make(chan struct{})
	spec := httpSpec(t, httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		defer close(stopped)
		for chunk := make([]byte, 1<<20); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})))
	if answer := probe(context.Background(), spec); !answer.Ready {
		t.Errorf("%+v", answer)
	}
	select {
	case <-stopped:
	case <-time.After(5 * time.Second):
		t.Error("the server still sends")
	}
}

func TestHttpServersThatFail(t *testing.T) {
	header := []byte("HTTP/1.1 200 OK\r\nX-Filler: ")
	filler := bytes.Repeat([]byte("x"), 1<<16)
	for _, c := range []struct {
		name  string
		act   func(net.Conn)
		words string
		hangs bool
	}{
		{"close", func(net.Conn) {}, "closed the connection in place of an HTTP answer", false},
		{"hang", waitForClose, "an HTTP answer did not come in time", true},
		{"hang within the header", func(conn net.Conn) { _, _ = conn.Write(header); waitForClose(conn) }, "did not come in time", true},
		{"send noise", func(conn net.Conn) { _, _ = conn.Write(noise()); waitForClose(conn) }, "malformed", false},
		{"send a header without end", func(conn net.Conn) { _, _ = conn.Write(header); writeUntilClosed(conn, filler) }, "exceeded 65536 bytes", false},
		{"send informational answers without end", func(conn net.Conn) { writeUntilClosed(conn, []byte("HTTP/1.1 103 Early Hints\r\n\r\n")) }, "exceeded 65536 bytes", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := probeSpec{Kind: "http", Scheme: "http", Path: "/", Timeout: 20_000}
			if c.hangs {
				spec.Timeout = hangingTimeout.Milliseconds()
			}
			answer := ask(t, spec, func(conn net.Conn) {
				// Read what was asked, so that closing is an end and not a reset.
				_, _ = conn.Read(make([]byte, 4096))
				c.act(conn)
			})
			expectRefused(t, spec, answer, c.words)
		})
	}
}

func TestHttpPathsThatAreNotPathsAreRefused(t *testing.T) {
	for _, path := range []string{"/a\r\nX-Evil: 1", "/%zz", "/\x00"} {
		spec := probeSpec{Kind: "http", Scheme: "http", Path: path}
		answer := ask(t, spec, func(net.Conn) {})
		expectRefused(t, spec, answer, "is not valid")
	}
}
