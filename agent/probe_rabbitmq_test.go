package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
)

var amqpSpec = probeSpec{Kind: "rabbitmq", User: "shop", Password: "s3cret-word", Vhost: "/orders"}

func readAmqp(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 7)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[3:])+1)
	_, err := io.ReadFull(in, body)
	return body, err
}

func readAmqpHeader(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 8)
	_, err := io.ReadFull(in, head)
	return head, err
}

func amqpRefusal(code uint16, text string) []byte {
	return amqpFrame(amqpClose, slices.Concat(binary.BigEndian.AppendUint16(nil, code), amqpShort(text), []byte{0, 0, 0, 0}))
}

var amqpHeartbeat = []byte{amqpFrameHeartbeat, 0, 0, 0, 0, 0, 0, amqpFrameEnd}

func amqpScript() []exchange {
	start := slices.Concat([]byte{0, 9}, amqpLong(""), amqpLong("PLAIN AMQPLAIN"), amqpLong("en_US"))
	return []exchange{
		{read: readAmqpHeader, say: func(request []byte) []byte {
			if string(request) != "AMQP\x00\x00\x09\x01" {
				return []byte("AMQP\x00\x00\x09\x01")
			}
			return append(amqpHeartbeat, amqpFrame(amqpStart, start)...)
		}},
		{read: readAmqp, say: func(request []byte) []byte {
			if !bytes.Contains(request, []byte("\x05PLAIN\x00\x00\x00\x11\x00shop\x00s3cret-word\x05en_US")) {
				return amqpRefusal(403, "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.")
			}
			return amqpFrame(amqpTune, []byte{7, 0xff, 0, 2, 0, 0, 0, 60})
		}},
		{read: func(in *bufio.Reader) ([]byte, error) {
			if tune, err := readAmqp(in); err != nil || !bytes.Equal(tune[4:12], []byte{7, 0xff, 0, 2, 0, 0, 0, 0}) {
				return nil, io.ErrUnexpectedEOF
			}
			return readAmqp(in)
		}, say: func(request []byte) []byte {
			if string(request[4:]) != "\x07/orders\x00\x00\xce" {
				return amqpRefusal(530, "NOT_ALLOWED - vhost not found")
			}
			return amqpFrame(amqpOpenOk, []byte{0})
		}},
		{read: readAmqp, say: func([]byte) []byte { return amqpFrame(amqpCloseOk, nil) }, courtesy: true},
	}
}

var amqpCase = protocolCase{
	spec:    amqpSpec,
	script:  amqpScript,
	refusal: func(int) []byte { return amqpRefusal(320, "CONNECTION_FORCED - broker forced connection closure") },
	words:   "server answered 320 CONNECTION_FORCED - broker forced connection closure",
	huge:    func(int) []byte { return []byte{amqpFrameMethod, 0, 0, 0xff, 0xff, 0xff, 0xff} },
	endless: amqpHeartbeat,
}

func TestRabbitmqIsReadyWhenTheVhostOpens(t *testing.T) {
	expectReady(t, amqpCase, "")
}

func TestRabbitmqThatFailsAtAnyStepIsNotReady(t *testing.T) {
	testFaults(t, amqpCase)
}

func TestRabbitmqCannotMakeTheProbeUseMuchMemory(t *testing.T) {
	testMemory(t, amqpCase)
}

func TestRabbitmqSaysWhatItRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spec  probeSpec
		words string
	}{
		{"password", probeSpec{Kind: "rabbitmq", User: "shop", Password: "wrong-word", Vhost: "/orders"}, "403 ACCESS_REFUSED"},
		{"vhost", probeSpec{Kind: "rabbitmq", User: "shop", Password: "s3cret-word", Vhost: "/other"}, "530 NOT_ALLOWED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := ask(t, c.spec, func(conn net.Conn) { play(conn, amqpScript(), -1, nil) })
			expectRefused(t, c.spec, answer, c.words)
		})
	}
}

func TestRabbitmqFramesThatAreNotWellFormed(t *testing.T) {
	good := amqpFrame(amqpStart, make([]byte, 20))
	changed := func(at int, to byte) []byte {
		frame := bytes.Clone(good)
		frame[at] = to
		return frame
	}
	for _, c := range []struct{ name, frame, words string }{
		{"another version", "AMQP\x00\x01\x00\x00", "another version"},
		{"another channel", string(changed(2, 1)), "something other than"},
		{"another kind of frame", string(changed(0, 3)), "something other than"},
		{"another class", string(changed(8, 20)), "something other than"},
		{"another method", string(changed(10, 77)), "sent method 77 in place of connection.start"},
		{"another end", string(changed(len(good)-1, 0)), "something other than"},
		{"a close without a text", string(amqpFrame(amqpClose, nil)), "without text"},
		{"a close whose text is cut", string(amqpFrame(amqpClose, []byte{1, 2, 200, 'x'})), "without text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := ask(t, amqpSpec, func(conn net.Conn) {
				play(conn, amqpScript(), 0, func(conn net.Conn, _ []byte) {
					_, _ = conn.Write([]byte(c.frame))
					waitForClose(conn)
				})
			})
			expectRefused(t, amqpSpec, answer, c.words)
		})
	}
}

func FuzzRabbitmq(f *testing.F) {
	fuzzProbe(f, amqpSpec, [][]byte{
		slices.Concat(amqpFrame(amqpStart, nil), amqpFrame(amqpTune, make([]byte, 8)), amqpFrame(amqpOpenOk, nil), amqpFrame(amqpCloseOk, nil)),
		amqpRefusal(403, fuzzPassword), amqpHeartbeat, []byte("AMQP\x00\x00\x09\x01"), amqpFrame(amqpClose, []byte(strings.Repeat("x", 40))),
	}, probeRabbitmq)
}
