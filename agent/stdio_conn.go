package main

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// stdioConn is the agent's stdin and stdout as one connection.
type stdioConn struct {
	in, out *os.File
	closing sync.Once
	closed  chan struct{}
}

func openStdio() (*stdioConn, error) {
	in, err := pollable(syscall.Stdin, "stdin")
	if err != nil {
		return nil, err
	}
	out, err := pollable(syscall.Stdout, "stdout")
	if err != nil {
		return nil, err
	}
	return &stdioConn{in: in, out: out, closed: make(chan struct{})}, nil
}

// pollable makes a file whose reads and writes end when it is closed, and obey deadlines.
func pollable(fd int, name string) (*os.File, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl "+name, err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

func (c *stdioConn) Read(p []byte) (int, error)  { return c.in.Read(p) }
func (c *stdioConn) Write(p []byte) (int, error) { return c.out.Write(p) }

func (c *stdioConn) Close() (err error) {
	c.closing.Do(func() {
		err = errors.Join(c.in.Close(), c.out.Close())
		close(c.closed)
	})
	return err
}

func (c *stdioConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}
func (c *stdioConn) SetReadDeadline(t time.Time) error  { return c.in.SetReadDeadline(t) }
func (c *stdioConn) SetWriteDeadline(t time.Time) error { return c.out.SetWriteDeadline(t) }
func (c *stdioConn) LocalAddr() net.Addr                { return stdioAddr{} }
func (c *stdioConn) RemoteAddr() net.Addr               { return stdioAddr{} }

type stdioAddr struct{}

func (stdioAddr) Network() string { return "stdio" }
func (stdioAddr) String() string  { return "owner" }

// oneConnection is a listener that accepts one connection, and ends with it.
type oneConnection struct {
	waiting chan *stdioConn
	conn    *stdioConn
	closing sync.Once
	closed  chan struct{}
}

func newOneConnection(conn *stdioConn) *oneConnection {
	waiting := make(chan *stdioConn, 1)
	waiting <- conn
	return &oneConnection{waiting: waiting, conn: conn, closed: make(chan struct{})}
}

func (l *oneConnection) Accept() (net.Conn, error) {
	select {
	case conn := <-l.waiting:
		return conn, nil
	default:
	}
	select {
	case <-l.conn.closed:
		return nil, io.EOF
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *oneConnection) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return nil
}

func (l *oneConnection) Addr() net.Addr { return stdioAddr{} }
