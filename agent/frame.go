package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// frameKind numbers the messages of a framed stream; see protocol/agent.md.
type frameKind uint8

const (
	frameSpec     frameKind = 1
	frameStdin    frameKind = 2
	frameStdinEnd frameKind = 3
	frameSignal   frameKind = 4
	frameResize   frameKind = 5
	frameStarted  frameKind = 16
	frameStdout   frameKind = 17
	frameStderr   frameKind = 18
	frameExit     frameKind = 19
	frameFailed   frameKind = 20
	frameData     frameKind = 32
	frameDataEnd  frameKind = 33

	framesContentType = "application/vnd.seatrial.frames"
	frameHeaderLength = 9
	// maxPayload is the most that one frame may carry.
	maxPayload = 1 << 20
	// chunkLength is how much the agent reads from a pipe or socket at a time, and so all that it buffers of it.
	chunkLength = 64 << 10
)

type frame struct {
	kind    frameKind
	payload []byte
}

// frameReader reads one direction of a stream and refuses whatever is not exactly the next frame of an allowed kind.
type frameReader struct {
	source   *bufio.Reader
	allowed  []frameKind
	sequence uint32
}

func newFrameReader(source io.Reader, allowed ...frameKind) *frameReader {
	return &frameReader{source: bufio.NewReaderSize(source, chunkLength), allowed: allowed}
}

// next returns io.EOF at the end of the stream between two frames, and a protocolError for broken ones.
func (r *frameReader) next() (frame, error) {
	var header [frameHeaderLength]byte
	if n, err := io.ReadFull(r.source, header[:]); err != nil {
		if n > 0 && err == io.ErrUnexpectedEOF {
			return frame{}, protocolError{"the stream ends within a frame"}
		}
		return frame{}, err
	}
	kind := frameKind(header[0])
	sequence := binary.BigEndian.Uint32(header[1:5])
	length := binary.BigEndian.Uint32(header[5:9])
	r.sequence++
	switch {
	case sequence != r.sequence:
		return frame{}, protocolError{fmt.Sprintf("frame %d carries the number %d", r.sequence, sequence)}
	case !r.allows(kind):
		return frame{}, protocolError{fmt.Sprintf("frame %d is of kind %d, which has no place here", sequence, kind)}
	case length > maxPayload:
		return frame{}, protocolError{fmt.Sprintf("frame %d announces %d bytes, more than %d", sequence, length, maxPayload)}
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(r.source, payload); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return frame{}, protocolError{"the stream ends within a frame"}
		}
		return frame{}, err
	}
	return frame{kind, payload}, nil
}

func (r *frameReader) allows(kind frameKind) bool {
	for _, allowed := range r.allowed {
		if kind == allowed {
			return true
		}
	}
	return false
}

// frameWriter numbers and sends the frames of one direction, each at once. It may be used by several goroutines;
// a write blocks for as long as the receiver does not read.
type frameWriter struct {
	mu       sync.Mutex
	sink     io.Writer
	flush    func()
	sequence uint32
}

// startFrames answers the request with status 200 and a stream of frames.
func startFrames(w http.ResponseWriter) *frameWriter {
	w.Header().Set("Content-Type", framesContentType)
	w.WriteHeader(http.StatusOK)
	flush := w.(http.Flusher).Flush
	flush()
	return &frameWriter{sink: w, flush: flush}
}

func (w *frameWriter) send(kind frameKind, payload []byte) error {
	return w.sendPrepared(kind, append(make([]byte, frameHeaderLength, frameHeaderLength+len(payload)), payload...))
}

// sendPrepared sends a frame whose payload begins after frameHeaderLength free bytes, without copying it.
func (w *frameWriter) sendPrepared(kind frameKind, buffer []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sequence++
	buffer[0] = byte(kind)
	binary.BigEndian.PutUint32(buffer[1:5], w.sequence)
	binary.BigEndian.PutUint32(buffer[5:9], uint32(len(buffer)-frameHeaderLength))
	if _, err := w.sink.Write(buffer); err != nil {
		return err
	}
	w.flush()
	return nil
}

func (w *frameWriter) sendJSON(kind frameKind, message any) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return w.send(kind, payload)
}

// fail ends the stream with the reason.
func (w *frameWriter) fail(err error) {
	_ = w.sendJSON(frameFailed, asFailure(err))
}
