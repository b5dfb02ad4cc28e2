package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
)

const (
	// A handshake is a few hundred bytes; a server that sends this much is not having one.
	probeMaxBytes = 256 << 10
	// The largest single message; lengths beyond it are refused before anything is allocated.
	probeMaxMessage = 64 << 10
	probeMaxWords   = 300
)

// probeConn is one attempt's connection: every read and write ends by the attempt's deadline, and what can be read is bounded.
type probeConn struct {
	net.Conn
	in      *bufio.Reader
	limit   *io.LimitedReader
	awaited string
	secret  string
	detach  func() bool
}

func dialProbe(ctx context.Context, spec probeSpec) (*probeConn, error) {
	address, err := spec.address()
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, errors.New(dialWords(err))
	}
	conn := newProbeConn(raw, spec.Password)
	if deadline, ok := ctx.Deadline(); ok {
		_ = raw.SetDeadline(deadline)
	}
	conn.detach = context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	return conn, nil
}

func newProbeConn(raw net.Conn, secret string) *probeConn {
	limit := &io.LimitedReader{R: raw, N: probeMaxBytes}
	return &probeConn{
		Conn: raw, limit: limit, in: bufio.NewReader(limit),
		awaited: "a greeting", secret: secret, detach: func() bool { return true },
	}
}

// address is where the probe connects. Without a host it is where the service's peers would: never loopback.
func (s probeSpec) address() (string, error) {
	host := s.Host
	if host == "" {
		host = selfAddress()
	}
	if host == "" {
		return "", errors.New("the container has no network address")
	}
	return net.JoinHostPort(host, strconv.Itoa(s.Port)), nil
}

func (c *probeConn) close() {
	c.detach()
	_ = c.Conn.Close()
}

// send writes a request and names the answer that is awaited next.
func (c *probeConn) send(request []byte, awaited string) error {
	c.awaited = awaited
	if _, err := c.Write(request); err != nil {
		return c.broken(err)
	}
	return nil
}

// take reads exactly n bytes.
func (c *probeConn) take(n int) ([]byte, error) {
	if n < 0 || n > probeMaxMessage {
		return nil, fmt.Errorf("announced %d bytes in place of %s", n, c.awaited)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(c.in, data); err != nil {
		return nil, c.broken(err)
	}
	return data, nil
}

// broken puts a failed read or write into words.
func (c *probeConn) broken(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("connected, but %s did not come in time", c.awaited)
	case c.limit.N <= 0:
		return fmt.Errorf("sent more than %d kB and not %s", probeMaxBytes>>10, c.awaited)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return fmt.Errorf("closed the connection in place of %s", c.awaited)
	case errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("reset the connection in place of %s", c.awaited)
	}
	return fmt.Errorf("%s did not come: %w", c.awaited, err)
}

// says makes a server's own text fit for our one line: no control characters, bounded, without the password.
func (c *probeConn) says(text string) string {
	if c.secret == "" {
		return oneLine(text)
	}
	// Before, so that no cut leaves a part of it; after, because two words on two lines may only now read like it.
	text = oneLine(strings.ReplaceAll(text, c.secret, "[redacted]"))
	return strings.ReplaceAll(text, c.secret, "[redacted]")
}

// unlike is the error for bytes that are not the protocol's.
func (c *probeConn) unlike(protocol string, data []byte) error {
	words := []rune(c.says(string(data)))
	return fmt.Errorf("sent something other than %s of the %s protocol: %q", c.awaited, protocol, string(words[:min(len(words), 40)]))
}

func oneLine(text string) string {
	if len(text) > 4*probeMaxWords {
		text = text[:4*probeMaxWords]
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, "?"))
	words := []rune(strings.Join(strings.Fields(text), " "))
	if len(words) > probeMaxWords {
		return string(words[:probeMaxWords]) + "…"
	}
	return string(words)
}

// dialWords says why no connection was made.
func dialWords(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, context.Canceled):
		return "the probe was stopped"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return "no connection in time"
	case errors.Is(err, syscall.ECONNRESET):
		return "reset the connection at once"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "no route to the host"
	case errors.As(err, &dns):
		return "the name " + dns.Name + " is not known"
	}
	return "no connection: " + oneLine(err.Error())
}
