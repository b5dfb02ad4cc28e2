package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
)

const (
	mysqlNative      = "mysql_native_password"
	mysqlCachingSha2 = "caching_sha2_password"

	// Greeting, one switch of the method, the key, the password: a server that asks for more is going in circles.
	mysqlMaxRounds  = 6
	mysqlMaxKeyBits = 8192
)

// logIn answers the greeting and what the server asks after it, until we are in.
func (c *mysqlConn) logIn(hello mysqlGreeting) error {
	needed := uint32(mysqlCapProtocol41 | mysqlCapSecureConnection)
	if hello.capabilities&needed != needed {
		return fmt.Errorf("version %q does not speak the 4.1 protocol", c.says(hello.version))
	}
	plugin, scramble := hello.plugin, hello.scramble
	proof, ok := mysqlProof(plugin, c.spec.Password, scramble)
	if !ok {
		// The server's default method need not be this account's: it will say so.
		plugin = mysqlNative
		proof, _ = mysqlProof(plugin, c.spec.Password, scramble)
	}
	if err := c.reply(mysqlLogin(hello, c.spec, plugin, proof)); err != nil {
		return err
	}
	for range mysqlMaxRounds {
		body, err := c.read()
		if err != nil {
			return err
		}
		switch {
		case body[0] == 0x00:
			return nil
		case body[0] == 0xfe:
			if plugin, scramble, err = c.switchMethod(body[1:]); err != nil {
				return err
			}
		case plugin == mysqlCachingSha2 && bytes.Equal(body, []byte{1, 3}):
			// The password was known to the server's cache; an OK follows.
		case plugin == mysqlCachingSha2 && bytes.Equal(body, []byte{1, 4}):
			if err := c.sendEncrypted(scramble); err != nil {
				return err
			}
		default:
			return c.unlike("MySQL", body)
		}
	}
	return errors.New("the login does not come to an end")
}

// switchMethod proves the password in the way that the server asks for.
func (c *mysqlConn) switchMethod(body []byte) (string, []byte, error) {
	name, data, _ := bytes.Cut(body, []byte{0})
	scramble, plugin := bytes.TrimSuffix(data, []byte{0}), string(name)
	proof, ok := mysqlProof(plugin, c.spec.Password, scramble)
	if !ok {
		return "", nil, fmt.Errorf("the account needs the authentication method %q, which the probe does not speak", c.says(plugin))
	}
	if len(scramble) != 20 {
		return "", nil, c.unlike("MySQL", body)
	}
	return plugin, scramble, c.reply(proof)
}

// sendEncrypted sends the password itself, encrypted with the server's public key, as caching_sha2_password wants it at
// an account's first login over a connection without TLS.
func (c *mysqlConn) sendEncrypted(scramble []byte) error {
	if err := c.reply([]byte{2}); err != nil {
		return err
	}
	body, err := c.read()
	if err != nil {
		return err
	}
	key, ok := mysqlPublicKey(body)
	if !ok {
		return c.unlike("MySQL", body)
	}
	secret := append([]byte(c.spec.Password), 0)
	for i := range secret {
		secret[i] ^= scramble[i%len(scramble)]
	}
	sealed, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, key, secret, nil)
	if err != nil {
		return fmt.Errorf("the password cannot be encrypted with the server's key: %w", err)
	}
	return c.reply(sealed)
}

func (c *mysqlConn) reply(body []byte) error {
	return c.send(c.packet(body), "an answer to the password")
}

func mysqlPublicKey(body []byte) (*rsa.PublicKey, bool) {
	block, _ := pem.Decode(body[1:])
	if body[0] != 1 || block == nil {
		return nil, false
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(*rsa.PublicKey)
	return key, err == nil && ok && key.N.BitLen() <= mysqlMaxKeyBits
}

// mysqlProof shows that we know the password without saying it; false for a method that we do not speak.
func mysqlProof(plugin, password string, scramble []byte) ([]byte, bool) {
	if plugin != mysqlNative && plugin != mysqlCachingSha2 {
		return nil, false
	}
	if password == "" {
		return nil, true
	}
	if plugin == mysqlNative {
		once := sha1.Sum([]byte(password))
		twice := sha1.Sum(once[:])
		mask := sha1.Sum(append(bytes.Clone(scramble), twice[:]...))
		return mysqlXor(once[:], mask[:]), true
	}
	once := sha256.Sum256([]byte(password))
	twice := sha256.Sum256(once[:])
	mask := sha256.Sum256(append(twice[:], scramble...))
	return mysqlXor(once[:], mask[:]), true
}

func mysqlXor(a, b []byte) []byte {
	mixed := make([]byte, len(a))
	for i := range a {
		mixed[i] = a[i] ^ b[i]
	}
	return mixed
}

func mysqlLogin(hello mysqlGreeting, spec probeSpec, plugin string, proof []byte) []byte {
	wanted := uint32(mysqlCapLongPassword | mysqlCapProtocol41 | mysqlCapTransactions | mysqlCapSecureConnection | mysqlCapPluginAuth)
	if spec.Database != "" {
		wanted |= mysqlCapConnectWithDB
	}
	body := binary.LittleEndian.AppendUint32(nil, wanted&(hello.capabilities|mysqlCapLongPassword))
	body = binary.LittleEndian.AppendUint32(body, probeMaxMessage)
	body = append(body, mysqlUTF8)
	body = append(body, make([]byte, 23)...)
	body = append(append(body, spec.User...), 0)
	body = append(append(body, byte(len(proof))), proof...)
	if spec.Database != "" {
		body = append(append(body, spec.Database...), 0)
	}
	return append(append(body, plugin...), 0)
}
