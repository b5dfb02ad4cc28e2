package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

const dialTimeout = 10 * time.Second

// serveTunnel connects the owner with an address as seen from the container.
func serveTunnel(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	address := net.JoinHostPort(query.Get("host"), query.Get("port"))
	if port, err := strconv.ParseUint(query.Get("port"), 10, 16); query.Get("host") == "" || err != nil || port == 0 {
		fail(w, protocolError{fmt.Sprintf("a tunnel needs host and port, not %q", address)})
		return
	}
	timeout := dialTimeout
	if milliseconds, err := strconv.ParseUint(query.Get("timeout"), 10, 31); err == nil && milliseconds > 0 {
		timeout = time.Duration(milliseconds) * time.Millisecond
	}
	dialer := net.Dialer{Timeout: timeout}
	conn, err := dialer.DialContext(r.Context(), "tcp", address)
	if err != nil {
		fail(w, tunnelRefused(address+": "+networkReason(err, timeout)))
		return
	}
	splice(w, r, conn.(*net.TCPConn))
}

// splice carries bytes both ways until both directions have ended, each by itself.
func splice(w http.ResponseWriter, r *http.Request, conn *net.TCPConn) {
	defer conn.Close()
	defer context.AfterFunc(r.Context(), func() { breakOff(conn) })()
	out := startFrames(w)
	sent := make(chan error, 1)
	go func() {
		err := toConnection(conn, newFrameReader(r.Body, frameData, frameDataEnd))
		sent <- err
		if err != nil {
			breakOff(conn)
		}
	}()
	received := toOwner(out, conn)
	if received != nil {
		breakOff(conn)
		// The owner may have nothing more to say: what broke is told without waiting for it.
		select {
		case err := <-sent:
			received = errors.Join(err, received)
		default:
		}
		out.fail(asTunnelFailure(received))
		return
	}
	if err := <-sent; err != nil {
		out.fail(asTunnelFailure(err))
	}
}

func toConnection(conn *net.TCPConn, frames *frameReader) error {
	for {
		next, err := frames.next()
		if err == io.EOF {
			return conn.CloseWrite()
		}
		if err != nil {
			return err
		}
		if next.kind == frameDataEnd {
			return conn.CloseWrite()
		}
		if _, err := conn.Write(next.payload); err != nil {
			return err
		}
	}
}

func toOwner(out *frameWriter, conn *net.TCPConn) error {
	buffer := make([]byte, frameHeaderLength+chunkLength)
	for {
		n, err := conn.Read(buffer[frameHeaderLength:])
		if n > 0 {
			if err := out.sendPrepared(frameData, buffer[:frameHeaderLength+n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return out.send(frameDataEnd, nil)
		}
		if err != nil {
			return err
		}
	}
}

// breakOff lets the other side see a broken connection, not an orderly end.
func breakOff(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	_ = conn.Close()
}

func asTunnelFailure(err error) error {
	if isProtocolError(err) {
		return err
	}
	return tunnelRefused("the connection broke: " + networkReason(err, dialTimeout))
}

// networkReason is what was seen, in a few words.
func networkReason(err error, timeout time.Duration) string {
	var dns *net.DNSError
	var timedOut net.Error
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no host of this name"
	case errors.As(err, &timedOut) && timedOut.Timeout():
		return fmt.Sprintf("no answer within %v", timeout)
	case errors.As(err, &dns):
		return "the name could not be looked up: " + dns.Err
	}
	return reason(err)
}
