package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Methods of AMQP 0-9-1's connection class, which is 10.
const (
	amqpConnection = 10
	amqpStart      = 10
	amqpStartOk    = 11
	amqpTune       = 30
	amqpTuneOk     = 31
	amqpOpen       = 40
	amqpOpenOk     = 41
	amqpClose      = 50
	amqpCloseOk    = 51

	amqpFrameMethod    = 1
	amqpFrameHeartbeat = 8
	amqpFrameEnd       = 0xce
	amqpSuccess        = 200
)

// probeRabbitmq opens a connection to the virtual host and closes it again. AMQP tells nothing that changes with a
// restart, so there is no instance; RabbitMQ has no bootstrap server either.
func probeRabbitmq(conn *probeConn, spec probeSpec) (probeAnswer, error) {
	server := amqpConn{conn}
	if err := conn.send([]byte("AMQP\x00\x00\x09\x01"), "connection.start"); err != nil {
		return probeAnswer{}, err
	}
	if _, err := server.expect(amqpStart); err != nil {
		return probeAnswer{}, err
	}
	if err := server.call(amqpStartOk, amqpLogin(spec), "connection.tune"); err != nil {
		return probeAnswer{}, err
	}
	tune, err := server.expect(amqpTune)
	if err != nil {
		return probeAnswer{}, err
	}
	if len(tune) != 8 {
		return probeAnswer{}, conn.unlike("AMQP", tune)
	}
	// The server's own limits, without heartbeats: the connection is over before the first.
	tuned := append(append([]byte{}, tune[:6]...), 0, 0)
	if err := server.call(amqpTuneOk, tuned, "connection.open-ok"); err != nil {
		return probeAnswer{}, err
	}
	open := append(amqpShort(spec.Vhost), 0, 0)
	if err := server.call(amqpOpen, open, "connection.open-ok"); err != nil {
		return probeAnswer{}, err
	}
	if _, err := server.expect(amqpOpenOk); err != nil {
		return probeAnswer{}, err
	}
	server.leave()
	return probeAnswer{Saw: "opened vhost " + conn.says(spec.Vhost)}, nil
}

type amqpConn struct {
	*probeConn
}

// expect returns the arguments of the awaited method; a close in its place is the server's refusal.
func (c amqpConn) expect(method uint16) ([]byte, error) {
	for {
		head, err := c.take(7)
		if err != nil {
			return nil, err
		}
		size := binary.BigEndian.Uint32(head[3:])
		if string(head[:4]) == "AMQP" {
			return nil, errors.New("server speaks another version of AMQP than 0-9-1")
		}
		if size >= probeMaxMessage || binary.BigEndian.Uint16(head[1:]) != 0 {
			return nil, c.unlike("AMQP", head)
		}
		body, err := c.take(int(size) + 1)
		if err != nil {
			return nil, err
		}
		if body[size] != amqpFrameEnd {
			return nil, c.unlike("AMQP", body)
		}
		if head[0] == amqpFrameHeartbeat {
			continue
		}
		if head[0] != amqpFrameMethod || size < 4 || binary.BigEndian.Uint16(body) != amqpConnection {
			return nil, c.unlike("AMQP", body)
		}
		switch got := binary.BigEndian.Uint16(body[2:]); got {
		case method:
			return body[4:size], nil
		case amqpClose:
			return nil, errors.New("server answered " + c.says(amqpWords(body[4:size])))
		default:
			return nil, fmt.Errorf("sent method %d in place of %s", got, c.awaited)
		}
	}
}

// amqpWords renders the arguments of connection.close: its code and text.
func amqpWords(body []byte) string {
	if len(body) < 3 || len(body) < 3+int(body[2]) {
		return "with a close without text"
	}
	return fmt.Sprintf("%d %s", binary.BigEndian.Uint16(body), body[3:3+int(body[2])])
}

func (c amqpConn) call(method uint16, arguments []byte, awaited string) error {
	return c.send(amqpFrame(method, arguments), awaited)
}

// leave closes politely, so that the server's log has no warning; the answer is awaited, but nothing hangs on it.
func (c amqpConn) leave() {
	arguments := append(binary.BigEndian.AppendUint16(nil, amqpSuccess), amqpShort("probe done")...)
	if c.call(amqpClose, append(arguments, 0, 0, 0, 0), "connection.close-ok") == nil {
		_, _ = c.expect(amqpCloseOk)
	}
}

func amqpFrame(method uint16, arguments []byte) []byte {
	frame := []byte{amqpFrameMethod, 0, 0}
	frame = binary.BigEndian.AppendUint32(frame, uint32(4+len(arguments)))
	frame = binary.BigEndian.AppendUint16(frame, amqpConnection)
	frame = binary.BigEndian.AppendUint16(frame, method)
	return append(append(frame, arguments...), amqpFrameEnd)
}

// amqpLogin is start-ok with PLAIN. The capability asks for a reason when the login is refused, in place of a closed socket.
func amqpLogin(spec probeSpec) []byte {
	capability := append(amqpShort("authentication_failure_close"), 't', 1)
	capabilities := append(append(amqpShort("capabilities"), 'F'), amqpLong(string(capability))...)
	product := append(append(amqpShort("product"), 'S'), amqpLong("seatrial-probe")...)
	body := amqpLong(string(capabilities) + string(product))
	body = append(body, amqpShort("PLAIN")...)
	body = append(body, amqpLong("\x00"+spec.User+"\x00"+spec.Password)...)
	return append(body, amqpShort("en_US")...)
}

// amqpShort takes at most 255 bytes.
func amqpShort(text string) []byte {
	return append([]byte{byte(len(text))}, text...)
}

func amqpLong(text string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
}
