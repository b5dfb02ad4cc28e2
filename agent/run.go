package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// serveProcess runs one process for as long as its request lives; see protocol/agent.md.
func serveProcess(w http.ResponseWriter, r *http.Request) {
	frames := newFrameReader(r.Body, frameSpec, frameStdin, frameStdinEnd, frameSignal, frameResize)
	spec, err := readSpec(frames)
	if err != nil {
		fail(w, err)
		return
	}
	p, err := startProcess(spec)
	if err != nil {
		fail(w, err)
		return
	}
	defer p.close()
	// A reset of the stream ends the process.
	defer context.AfterFunc(r.Context(), p.close)()

	out := startFrames(w)
	if out.sendJSON(frameStarted, startedMessage{p.pid}) != nil {
		return
	}
	misunderstood := make(chan error, 1)
	go func() {
		if err := p.obey(frames); isProtocolError(err) {
			misunderstood <- err
			p.close()
		}
	}()
	if p.copyOutput(out.sendPrepared) != nil {
		return
	}
	<-p.exited
	children.killGroup(p.child)
	select {
	case err := <-misunderstood:
		out.fail(err)
	default:
		_ = out.sendJSON(frameExit, p.exit())
	}
}

type startedMessage struct {
	PID int `json:"pid"`
}

func readSpec(frames *frameReader) (processSpec, error) {
	var spec processSpec
	first, err := frames.next()
	switch {
	case err == io.EOF:
		return spec, protocolError{"the stream ends without a spec"}
	case err != nil:
		return spec, err
	case first.kind != frameSpec:
		return spec, protocolError{"the first frame is not the spec"}
	}
	if err := json.Unmarshal(first.payload, &spec); err != nil {
		return spec, protocolError{"the spec is not readable: " + err.Error()}
	}
	return spec, nil
}

func isProtocolError(err error) bool {
	var broken protocolError
	return errors.As(err, &broken)
}
