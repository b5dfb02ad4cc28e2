package main

import (
	"errors"
	"os"
	"sync"
	"time"
)

const (
	// lingerQuiet is how long descendants that hold the output of an ended process must be silent to be left out.
	lingerQuiet = 250 * time.Millisecond
	// lingerLimit is how long those that are never silent are listened to.
	lingerLimit = 2 * time.Second
)

// emit takes a chunk of output, with frameHeaderLength free bytes before it. It blocks for as long as the receiver does not read.
type emit func(kind frameKind, buffer []byte) error

// copyOutput sends all output until the process has ended and its output is complete. It returns early when nobody takes
// the output or the process is closed.
func (p *process) copyOutput(send emit) error {
	var pumps sync.WaitGroup
	failed := make([]error, len(p.stdio.outputs))
	for i, output := range p.stdio.outputs {
		pumps.Add(1)
		go func() {
			defer pumps.Done()
			failed[i] = p.pump(output, send)
		}()
	}
	go p.wakePumps()
	pumps.Wait()
	return errors.Join(failed...)
}

// wakePumps makes readers that wait for output look at the process once it has exited.
func (p *process) wakePumps() {
	<-p.exited
	for _, output := range p.stdio.outputs {
		_ = output.file.SetReadDeadline(time.Now())
	}
}

// pump copies one output until its end. An ended process may leave descendants behind that hold it open: they end it
// by being silent for a while, or by taking too long once all that the process itself wrote is delivered.
func (p *process) pump(o output, send emit) error {
	buffer := make([]byte, frameHeaderLength+chunkLength)
	var lingering *linger
	for {
		if lingering == nil && p.hasExited() {
			lingering = newLinger(waitingBytes(o.file))
		}
		if lingering != nil {
			_ = o.file.SetReadDeadline(lingering.quietSince.Add(lingerQuiet))
		}
		n, err := o.file.Read(buffer[frameHeaderLength:])
		if n > 0 {
			if err := send(o.kind, buffer[:frameHeaderLength+n]); err != nil {
				return err
			}
		}
		switch {
		case err == nil && lingering == nil:
		case err == nil:
			if lingering.heard(n) {
				return nil
			}
		case !errors.Is(err, os.ErrDeadlineExceeded):
			// The end: EOF of a pipe, EIO of a terminal, or the process was closed.
			return nil
		case lingering == nil:
		case waitingBytes(o.file) > 0:
			lingering.quietSince = time.Now()
		case lingering.isOver():
			return nil
		}
	}
}

// linger is how long an output is still read after its process exited.
type linger struct {
	since, quietSince time.Time
	// owed is what the process itself may have written and was not read yet: it is always delivered.
	owed int
}

func newLinger(owed int) *linger {
	now := time.Now()
	return &linger{since: now, quietSince: now, owed: owed}
}

// heard notes n further bytes and reports whether they were the last to wait for.
func (l *linger) heard(n int) bool {
	l.quietSince = time.Now()
	l.owed -= n
	return l.owed <= 0 && time.Since(l.since) > lingerLimit
}

func (l *linger) isOver() bool { return time.Since(l.quietSince) >= lingerQuiet }
