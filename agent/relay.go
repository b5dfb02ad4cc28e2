package main

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
)

// relay is a listener in the container whose clients are handed to the owner.
type relay struct {
	listener net.Listener
	clients  chan *net.TCPConn
	closed   chan struct{}
	closing  sync.Once
}

type relayMessage struct {
	ID   string `json:"id"`
	Host string `json:"host"`
	Port int    `json:"port"`
}

type relayTable struct {
	mu     sync.Mutex
	last   int
	relays map[string]*relay
}

func newRelayTable() *relayTable { return &relayTable{relays: map[string]*relay{}} }

func (t *relayTable) serveOpen(w http.ResponseWriter, r *http.Request) {
	listen := r.URL.Query().Get("listen")
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		fail(w, relayFailed(http.StatusUnprocessableEntity, fmt.Sprintf("cannot listen on %s: %s", listen, reason(err))))
		return
	}
	opened := &relay{listener: listener, clients: make(chan *net.TCPConn), closed: make(chan struct{})}
	go opened.accept()
	t.mu.Lock()
	t.last++
	id := strconv.Itoa(t.last)
	t.relays[id] = opened
	t.mu.Unlock()
	address := listener.Addr().(*net.TCPAddr)
	answer(w, relayMessage{ID: id, Host: address.IP.String(), Port: address.Port})
}

func (t *relayTable) serveAccept(w http.ResponseWriter, r *http.Request) {
	opened := t.find(r.PathValue("id"))
	if opened == nil {
		fail(w, unknownRelay(r))
		return
	}
	select {
	case client := <-opened.clients:
		splice(w, r, client)
	case <-opened.closed:
		fail(w, relayFailed(http.StatusGone, "the relay was closed"))
	case <-r.Context().Done():
	}
}

func (t *relayTable) serveClose(w http.ResponseWriter, r *http.Request) {
	opened := t.find(r.PathValue("id"))
	if opened == nil {
		fail(w, unknownRelay(r))
		return
	}
	t.mu.Lock()
	delete(t.relays, r.PathValue("id"))
	t.mu.Unlock()
	opened.close()
	w.WriteHeader(http.StatusNoContent)
}

func (t *relayTable) find(id string) *relay {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.relays[id]
}

func unknownRelay(r *http.Request) error {
	return relayFailed(http.StatusNotFound, fmt.Sprintf("there is no relay %q", r.PathValue("id")))
}

// accept holds one client at most; further ones wait in the listener's own queue.
func (r *relay) accept() {
	defer r.close()
	for {
		client, err := r.listener.Accept()
		if err != nil {
			return
		}
		select {
		case r.clients <- client.(*net.TCPConn):
		case <-r.closed:
			client.Close()
			return
		}
	}
}

func (r *relay) close() {
	r.closing.Do(func() {
		close(r.closed)
		r.listener.Close()
	})
}
