package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	postgresProtocol = 3 << 16
	postgresQuery    = "select pg_postmaster_start_time()"
)

// probePostgres logs in without TLS, as a client of the service would, and asks when the server started: a server that
// restarts between two answers was the one that initialises the database.
func probePostgres(conn *probeConn, spec probeSpec) (probeAnswer, error) {
	server := postgresConn{probeConn: conn, spec: spec}
	if err := conn.send(postgresStartup(spec), "an answer to the startup message"); err != nil {
		return probeAnswer{}, err
	}
	if err := server.logIn(); err != nil {
		return probeAnswer{}, err
	}
	if err := server.send(postgresMessage('Q', postgresText(postgresQuery)), "an answer to a query"); err != nil {
		return probeAnswer{}, err
	}
	started, err := server.readValue()
	if err != nil {
		return probeAnswer{}, err
	}
	_, _ = conn.Write(postgresMessage('X', nil))
	return probeAnswer{Saw: "answers queries, started " + started, Instance: started}, nil
}

type postgresConn struct {
	*probeConn
	spec probeSpec
	// Set while the server still owes the proof that it knows the password.
	scram *scramClient
}

// logIn answers what the server asks until it is ready for a query.
func (c *postgresConn) logIn() error {
	authenticated := false
	for {
		kind, body, err := c.read()
		if err != nil {
			return err
		}
		switch kind {
		case 'R':
			if authenticated, err = c.authenticate(body); err != nil {
				return err
			}
		case 'S', 'K', 'v':
		case 'Z':
			if !authenticated {
				return errors.New("said it was ready before the login was over")
			}
			return nil
		default:
			return c.unlike("PostgreSQL", append([]byte{kind}, body...))
		}
	}
}

// readValue returns the one value of a query's answer, once the server is ready for the next.
func (c *postgresConn) readValue() (string, error) {
	value := ""
	for {
		kind, body, err := c.read()
		if err != nil {
			return "", err
		}
		switch kind {
		case 'T', 'C', 'S':
		case 'D':
			if value, err = postgresOneColumn(body); err != nil {
				return "", err
			}
			value = c.says(value)
		case 'Z':
			if value == "" {
				return "", errors.New("answered the query without a value")
			}
			return value, nil
		default:
			return "", c.unlike("PostgreSQL", append([]byte{kind}, body...))
		}
	}
}

// read returns the next message that is not a notice; the server's error becomes ours.
func (c *postgresConn) read() (byte, []byte, error) {
	for {
		head, err := c.take(5)
		if err != nil {
			return 0, nil, err
		}
		length := binary.BigEndian.Uint32(head[1:])
		if length < 4 || length > probeMaxMessage {
			return 0, nil, c.unlike("PostgreSQL", head)
		}
		body, err := c.take(int(length) - 4)
		if err != nil {
			return 0, nil, err
		}
		switch head[0] {
		case 'E':
			return 0, nil, errors.New("server answered " + c.says(postgresWords(body)))
		case 'N':
		default:
			return head[0], body, nil
		}
	}
}

// postgresWords renders an ErrorResponse: severity, code, text.
func postgresWords(body []byte) string {
	fields := map[byte]string{}
	for _, field := range bytes.Split(body, []byte{0}) {
		if len(field) > 1 {
			fields[field[0]] = string(field[1:])
		}
	}
	if fields['M'] == "" {
		return "with an error without text"
	}
	return fmt.Sprintf("%s %s: %s", fields['S'], fields['C'], fields['M'])
}

func postgresOneColumn(row []byte) (string, error) {
	if len(row) < 6 || binary.BigEndian.Uint16(row) != 1 {
		return "", errors.New("answered the query with something other than one column")
	}
	length, value := binary.BigEndian.Uint32(row[2:]), row[6:]
	if uint64(length) != uint64(len(value)) {
		return "", errors.New("answered the query with a value of the wrong length")
	}
	return string(value), nil
}

func postgresStartup(spec probeSpec) []byte {
	body := binary.BigEndian.AppendUint32(nil, postgresProtocol)
	for _, text := range []string{"user", spec.User, "database", spec.Database, "application_name", "seatrial-probe"} {
		body = append(body, postgresText(text)...)
	}
	body = append(body, 0)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

func postgresMessage(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
}

func postgresText(text string) []byte {
	return append([]byte(text), 0)
}
