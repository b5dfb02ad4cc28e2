package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// listen accepts one connection and hands it to serve.
func listen(t *testing.T, serve func(conn *net.TCPConn)) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			defer conn.Close()
			serve(conn.(*net.TCPConn))
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

func openTunnel(t *testing.T, client *http.Client, port int) *runningProcess {
	t.Helper()
	tunnel := openFrames(t, client, fmt.Sprintf("/v1/tunnel?host=127.0.0.1&port=%d", port), nil)
	if tunnel.response.StatusCode != 200 {
		t.Fatalf("status %d", tunnel.response.StatusCode)
	}
	return tunnel
}

// receive reads data up to its end.
func (p *runningProcess) receive() []byte {
	p.t.Helper()
	var data []byte
	for {
		next := p.next()
		switch next.kind {
		case frameData:
			data = append(data, next.payload...)
		case frameDataEnd:
			return data
		default:
			p.t.Fatalf("frame %d %s after %q", next.kind, next.payload, data)
		}
	}
}

func (p *runningProcess) expectEnd() {
	p.t.Helper()
	if next, err := p.frames.next(); err != io.EOF {
		p.t.Fatalf("frame %d, %v", next.kind, err)
	}
}

func TestTunnelKeepsTheHalfCloseOfTheOwner(t *testing.T) {
	port := listen(t, func(conn *net.TCPConn) {
		request, _ := io.ReadAll(conn)
		fmt.Fprintf(conn, "you said %q", request)
	})
	tunnel := openTunnel(t, serveInProcess(t), port)
	tunnel.send(frameData, []byte("hel"))
	tunnel.send(frameData, []byte("lo"))
	tunnel.send(frameDataEnd, []byte{})
	if got := string(tunnel.receive()); got != `you said "hello"` {
		t.Fatalf("%q", got)
	}
	tunnel.expectEnd()
}

func TestTunnelKeepsTheHalfCloseOfTheServer(t *testing.T) {
	heard := make(chan string, 1)
	port := listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Write([]byte("bye"))
		_ = conn.CloseWrite()
		rest, _ := io.ReadAll(conn)
		heard <- string(rest)
	})
	tunnel := openTunnel(t, serveInProcess(t), port)
	if got := string(tunnel.receive()); got != "bye" {
		t.Fatalf("%q", got)
	}
	tunnel.send(frameData, []byte("still here"))
	tunnel.endWrite()
	if got := <-heard; got != "still here" {
		t.Fatalf("%q", got)
	}
	tunnel.expectEnd()
}

func TestTunnelCarriesMuchBothWays(t *testing.T) {
	port := listen(t, func(conn *net.TCPConn) { _, _ = io.Copy(conn, conn) })
	tunnel := openTunnel(t, serveInProcess(t), port)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	go func() {
		for at := 0; at < len(sent); at += maxPayload {
			_ = tunnel.out.send(frameData, sent[at:min(len(sent), at+maxPayload)])
		}
		tunnel.endWrite()
	}()
	if got := tunnel.receive(); !bytes.Equal(got, sent) {
		t.Fatalf("%d bytes came back", len(got))
	}
}

func TestRefusedTunnelSaysWhatWasSeen(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := closed.Addr().(*net.TCPAddr).Port
	closed.Close()
	client := serveInProcess(t)
	for query, c := range map[string]struct {
		status int
		words  string
	}{
		fmt.Sprintf("host=127.0.0.1&port=%d", port): {502, fmt.Sprintf("127.0.0.1:%d: connection refused", port)},
		"host=no-such-host.invalid&port=80":         {502, "no-such-host.invalid:80: "},
		"host=127.0.0.1&port=0":                     {400, "needs host and port"},
		"port=80":                                   {400, "needs host and port"},
	} {
		status, failed := call(t, client, "POST", "/v1/tunnel?"+query, nil, nil)
		if status != c.status || !strings.Contains(failed.Message, c.words) {
			t.Errorf("%s: %d %+v", query, status, failed)
		}
	}
}

func TestTunnelsBreakIsNotAnEnd(t *testing.T) {
	port := listen(t, func(conn *net.TCPConn) {
		_, _ = conn.Read(make([]byte, 1))
		breakOff(conn)
	})
	tunnel := openTunnel(t, serveInProcess(t), port)
	tunnel.send(frameData, []byte("x"))
	next := tunnel.next()
	if next.kind != frameFailed || !strings.Contains(string(next.payload), "connection reset") {
		t.Fatalf("frame %d %s", next.kind, next.payload)
	}
}

func TestResetOfATunnelBreaksTheConnection(t *testing.T) {
	ended := make(chan error, 1)
	port := listen(t, func(conn *net.TCPConn) {
		_, err := io.ReadAll(conn)
		ended <- err
	})
	tunnel := openTunnel(t, serveInProcess(t), port)
	tunnel.reset()
	select {
	case err := <-ended:
		if err == nil {
			t.Fatal("the server saw an orderly end")
		}
	case <-time.After(patience):
		t.Fatal("the connection lives on")
	}
}

func openRelay(t *testing.T, client *http.Client) relayMessage {
	t.Helper()
	var opened relayMessage
	call(t, client, "POST", "/v1/relays", nil, &opened)
	if opened.Host != "127.0.0.1" || opened.Port == 0 || opened.ID == "" {
		t.Fatalf("%+v", opened)
	}
	return opened
}

func TestRelayHandsEachClientToTheOwner(t *testing.T) {
	client := serveInProcess(t)
	opened := openRelay(t, client)
	for range 3 {
		answered := make(chan string, 1)
		go func() {
			conn, err := net.Dial("tcp", net.JoinHostPort(opened.Host, strconv.Itoa(opened.Port)))
			if err != nil {
				answered <- err.Error()
				return
			}
			defer conn.Close()
			_, _ = conn.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
			// The end of the request must not be the end of the connection.
			_ = conn.(*net.TCPConn).CloseWrite()
			reply, _ := io.ReadAll(conn)
			answered <- string(reply)
		}()
		accepted := openFrames(t, client, "/v1/relays/"+opened.ID+"/accept", nil)
		if request := string(accepted.receive()); request != "GET / HTTP/1.0\r\n\r\n" {
			t.Fatalf("%q", request)
		}
		accepted.send(frameData, []byte("reply"))
		accepted.send(frameDataEnd, []byte{})
		if reply := <-answered; reply != "reply" {
			t.Fatalf("%q", reply)
		}
		accepted.expectEnd()
	}
}

func TestClosedRelayListensNoMoreAndEndsItsAccepts(t *testing.T) {
	client := serveInProcess(t)
	opened := openRelay(t, client)
	type result struct {
		status int
		failed failure
	}
	accepted := make(chan result, 1)
	go func() {
		response, err := client.Post("http://agent/v1/relays/"+opened.ID+"/accept", "", nil)
		if err != nil {
			accepted <- result{0, failure{Message: err.Error()}}
			return
		}
		defer response.Body.Close()
		var failed failure
		_ = json.NewDecoder(response.Body).Decode(&failed)
		accepted <- result{response.StatusCode, failed}
	}()
	time.Sleep(50 * time.Millisecond)
	if status, _ := call(t, client, "DELETE", "/v1/relays/"+opened.ID, nil, nil); status != 204 {
		t.Fatalf("status %d", status)
	}
	if got := <-accepted; got.status != 410 || got.failed.Code != "RELAY_FAILED" {
		t.Fatalf("%+v", got)
	}
	if conn, err := net.Dial("tcp", net.JoinHostPort(opened.Host, strconv.Itoa(opened.Port))); err == nil {
		conn.Close()
		t.Fatal("it still listens")
	}
	if status, failed := call(t, client, "DELETE", "/v1/relays/"+opened.ID, nil, nil); status != 404 || failed.Code != "RELAY_FAILED" {
		t.Fatalf("%d %+v", status, failed)
	}
}

func TestRelayThatCannotListenSaysWhy(t *testing.T) {
	client := serveInProcess(t)
	opened := openRelay(t, client)
	status, failed := call(t, client, "POST", fmt.Sprintf("/v1/relays?listen=127.0.0.1:%d", opened.Port), nil, nil)
	if status != 422 || failed.Code != "RELAY_FAILED" || !strings.Contains(failed.Message, "in use") {
		t.Fatalf("%d %+v", status, failed)
	}
}

func TestHelloTellsWhoAndWhereTheAgentIs(t *testing.T) {
	var said hello
	call(t, startAgent(t).client, "GET", "/v1/hello", nil, &said)
	if said.Protocol != 1 || said.Hostname == "" || !strings.HasPrefix(said.Platform, "linux/") || said.Addresses == nil {
		t.Fatalf("%+v", said)
	}
	for _, address := range said.Addresses {
		if ip := net.ParseIP(address); ip == nil || ip.IsLoopback() {
			t.Errorf("%s", address)
		}
	}
}

func TestUnknownRequestIsRefused(t *testing.T) {
	client := serveInProcess(t)
	for _, request := range []string{"GET /v2/hello", "POST /v1/hello", "GET /", "GET /v1/relays"} {
		method, path, _ := strings.Cut(request, " ")
		if status, failed := call(t, client, method, path, nil, nil); status != 404 || failed.Code != "AGENT_PROTOCOL" {
			t.Errorf("%s: %d %+v", request, status, failed)
		}
	}
	if status, failed := call(t, client, "POST", "/v1/processes", strings.NewReader("no frames at all"), nil); status != 400 || failed.Code != "AGENT_PROTOCOL" {
		t.Errorf("%d %+v", status, failed)
	}
	if status, failed := call(t, client, "POST", "/v1/probe", strings.NewReader("{"), nil); status != 400 || failed.Code != "AGENT_PROTOCOL" {
		t.Errorf("%d %+v", status, failed)
	}
}
