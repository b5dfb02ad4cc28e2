package main

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// More than any server asks for, and still well under a second: the count comes from the other side.
const scramMaxIterations = 1_000_000

// scramClient is the client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding. Passwords are taken
// byte for byte; the preparation that RFC 4013 asks for changes only some that are not ASCII.
type scramClient struct {
	user, password string
	nonce          string
	signature      []byte
}

func newScramClient(user, password string) *scramClient {
	escaped := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user)
	return &scramClient{user: escaped, password: password, nonce: rand.Text()}
}

// first is the message that opens the exchange.
func (c *scramClient) first() string {
	return "n,," + c.firstBare()
}

func (c *scramClient) firstBare() string {
	return "n=" + c.user + ",r=" + c.nonce
}

// answer proves the password, given the server's first message.
func (c *scramClient) answer(serverFirst string) (string, error) {
	fields, err := scramFields(serverFirst, "r", "s", "i")
	if err != nil {
		return "", err
	}
	nonce := fields[0]
	if !strings.HasPrefix(nonce, c.nonce) || len(nonce) == len(c.nonce) {
		return "", errors.New("the server's SCRAM nonce does not continue ours")
	}
	salt, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil || len(salt) == 0 {
		return "", errors.New("the server's SCRAM salt is not valid")
	}
	iterations, err := strconv.Atoi(fields[2])
	if err != nil || iterations < 1 || iterations > scramMaxIterations {
		return "", fmt.Errorf("the server asks for %q SCRAM iterations", oneLine(fields[2]))
	}
	salted, err := pbkdf2.Key(sha256.New, c.password, salt, iterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("SCRAM: %w", err)
	}
	final := "c=biws,r=" + nonce
	exchange := c.firstBare() + "," + serverFirst + "," + final
	clientKey := scramMAC(salted, "Client Key")
	storedKey := sha256.Sum256(clientKey)
	proof := scramMAC(storedKey[:], exchange)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	c.signature = scramMAC(scramMAC(salted, "Server Key"), exchange)
	return final + ",p=" + base64.StdEncoding.EncodeToString(proof), nil
}

// verify checks that the server knows the password too.
func (c *scramClient) verify(serverFinal string) error {
	if reason, refused := strings.CutPrefix(serverFinal, "e="); refused {
		return fmt.Errorf("SCRAM refused: %s", oneLine(reason))
	}
	fields, err := scramFields(serverFinal, "v")
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(fields[0])
	if err != nil || c.signature == nil || !hmac.Equal(signature, c.signature) {
		return errors.New("the server's SCRAM signature is wrong: it does not know the password")
	}
	return nil
}

// scramFields reads the named attributes, which come first and in this order; extensions after them are ignored.
func scramFields(message string, names ...string) ([]string, error) {
	parts := strings.Split(message, ",")
	if len(parts) < len(names) {
		return nil, errors.New("the server's SCRAM message is too short")
	}
	values := make([]string, len(names))
	for i, name := range names {
		value, ok := strings.CutPrefix(parts[i], name+"=")
		if !ok {
			return nil, fmt.Errorf("the server's SCRAM message lacks %s=", name)
		}
		values[i] = value
	}
	return values, nil
}

func scramMAC(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
