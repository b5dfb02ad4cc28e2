package main

import (
	"encoding/json"
	"io"
)

const (
	// pendingChunks of chunkLength bytes of stdin may wait for the process; signals overtake them.
	pendingChunks = 16
	endOfFile     = "\x04"
)

// obey carries out what the owner sends for the process until its side of the stream ends. An error means that the
// owner cannot be understood or is gone.
func (p *process) obey(frames *frameReader) error {
	stdin := stdinQueue{chunks: make(chan []byte, pendingChunks)}
	defer stdin.end()
	go p.feed(stdin.chunks)
	for {
		next, err := frames.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch next.kind {
		case frameStdin:
			stdin.add(next.payload)
		case frameStdinEnd:
			stdin.end()
		case frameSignal:
			err = p.obeySignal(next.payload)
		case frameResize:
			err = p.obeyResize(next.payload)
		default:
			err = protocolError{"a second spec"}
		}
		if err != nil {
			return err
		}
	}
}

// stdinQueue holds stdin that the process has not taken yet.
type stdinQueue struct {
	chunks chan []byte
	ended  bool
}

// add waits while the queue is full. After the end there is nothing to add.
func (q *stdinQueue) add(data []byte) {
	for len(data) > 0 && !q.ended {
		n := min(len(data), chunkLength)
		q.chunks <- data[:n]
		data = data[n:]
	}
}

func (q *stdinQueue) end() {
	if !q.ended {
		q.ended = true
		close(q.chunks)
	}
}

type signalRequest struct {
	Name string `json:"name"`
}

func (p *process) obeySignal(payload []byte) error {
	var message signalRequest
	if err := json.Unmarshal(payload, &message); err != nil {
		return protocolError{"the signal is not readable: " + err.Error()}
	}
	sig, err := parseSignal(message.Name)
	if err == nil {
		children.signal(p.child, sig)
	}
	return err
}

func (p *process) obeyResize(payload []byte) error {
	var size terminalSize
	if err := json.Unmarshal(payload, &size); err != nil {
		return protocolError{"the size is not readable: " + err.Error()}
	}
	if p.stdio.terminal != nil {
		// A terminal that is gone needs no size.
		_ = resizeTerminal(p.stdio.terminal, size)
	}
	return nil
}

// feed writes stdin at the process's pace. What it does not want is thrown away.
func (p *process) feed(pending <-chan []byte) {
	var input io.Writer = p.stdio.input
	if p.stdio.input == nil {
		input = io.Discard
	}
	for data := range pending {
		if _, err := input.Write(data); err != nil {
			input = io.Discard
		}
	}
	p.endInput()
}

func (p *process) endInput() {
	switch {
	case p.stdio.input == nil:
	case p.stdio.terminal != nil:
		_, _ = p.stdio.input.WriteString(endOfFile)
	default:
		_ = p.stdio.input.Close()
	}
}
