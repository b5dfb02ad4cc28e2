package main

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

const (
	postgresAuthOk           = 0
	postgresAuthCleartext    = 3
	postgresAuthMD5          = 5
	postgresAuthSASL         = 10
	postgresAuthSASLContinue = 11
	postgresAuthSASLFinal    = 12
)

// authenticate answers one authentication request; true when the server has let us in.
func (c *postgresConn) authenticate(body []byte) (bool, error) {
	if len(body) < 4 {
		return false, c.unlike("PostgreSQL", body)
	}
	method, data := binary.BigEndian.Uint32(body), body[4:]
	if method != postgresAuthOk && c.spec.Password == "" {
		return false, errors.New("the server asks for a password, and none is known")
	}
	switch method {
	case postgresAuthOk:
		if c.scram != nil {
			return false, errors.New("the server ended the SCRAM login without proving that it knows the password")
		}
		return true, nil
	case postgresAuthCleartext:
		return false, c.sendPassword(postgresText(c.spec.Password))
	case postgresAuthMD5:
		if len(data) != 4 {
			return false, c.unlike("PostgreSQL", body)
		}
		return false, c.sendPassword(postgresText(postgresMD5(c.spec, data)))
	case postgresAuthSASL:
		return false, c.beginScram(data)
	case postgresAuthSASLContinue, postgresAuthSASLFinal:
		if c.scram == nil {
			return false, errors.New("the server continued a SCRAM login that was not begun")
		}
		return false, c.continueScram(method, string(data))
	}
	return false, fmt.Errorf("the server asks for authentication method %d, which the probe does not speak", method)
}

func (c *postgresConn) beginScram(mechanisms []byte) error {
	for _, mechanism := range bytes.Split(mechanisms, []byte{0}) {
		if string(mechanism) != "SCRAM-SHA-256" {
			continue
		}
		c.scram = newScramClient(c.spec.User, c.spec.Password)
		first := c.scram.first()
		body := binary.BigEndian.AppendUint32(postgresText("SCRAM-SHA-256"), uint32(len(first)))
		return c.sendPassword(append(body, first...))
	}
	return fmt.Errorf("the server offers the SASL mechanisms %q, not SCRAM-SHA-256", c.says(string(mechanisms)))
}

func (c *postgresConn) continueScram(method uint32, message string) error {
	if method == postgresAuthSASLContinue {
		proof, err := c.scram.answer(message)
		if err != nil {
			return err
		}
		return c.sendPassword([]byte(proof))
	}
	err := c.scram.verify(message)
	if err == nil {
		c.scram = nil
	}
	return err
}

func (c *postgresConn) sendPassword(body []byte) error {
	return c.send(postgresMessage('p', body), "an answer to the password")
}

// postgresMD5 is what the md5 method sends; the server chose it, and it is all that old accounts have.
func postgresMD5(spec probeSpec, salt []byte) string {
	inner := md5.Sum([]byte(spec.Password + spec.User))
	outer := md5.Sum(append([]byte(hex.EncodeToString(inner[:])), salt...))
	return "md5" + hex.EncodeToString(outer[:])
}
