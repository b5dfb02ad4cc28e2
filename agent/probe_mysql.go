package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	mysqlCapLongPassword     = 1 << 0
	mysqlCapConnectWithDB    = 1 << 3
	mysqlCapProtocol41       = 1 << 9
	mysqlCapTransactions     = 1 << 13
	mysqlCapSecureConnection = 1 << 15
	mysqlCapPluginAuth       = 1 << 19
	mysqlUTF8                = 33
	mysqlComQuit             = 1
	mysqlComQuery            = 3
)

// Both terms are read within one statement, so their difference is the second in which the server started, whatever the
// moment of the question. @@server_uuid would not do: it outlives a restart, and MariaDB has none.
const (
	mysqlStarted   = "SELECT UNIX_TIMESTAMP() - VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Uptime'"
	mariadbStarted = "SELECT UNIX_TIMESTAMP() - VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME'"
)

// probeMysql logs in without TLS to MySQL or MariaDB, as a client of the service would, and asks when the server started.
func probeMysql(conn *probeConn, spec probeSpec) (probeAnswer, error) {
	server := mysqlConn{probeConn: conn, spec: spec}
	greeting, err := server.read()
	if err != nil {
		return probeAnswer{}, err
	}
	hello, err := parseMysqlGreeting(greeting)
	if err != nil {
		return probeAnswer{}, conn.unlike("MySQL", greeting)
	}
	if err := server.logIn(hello); err != nil {
		return probeAnswer{}, err
	}
	query := mysqlStarted
	if strings.Contains(hello.version, "MariaDB") {
		query = mariadbStarted
	}
	started, err := server.queryValue(query)
	if err != nil {
		return probeAnswer{}, err
	}
	server.sequence = 0
	_, _ = conn.Write(server.packet([]byte{mysqlComQuit}))
	return probeAnswer{Saw: "answers queries, version " + conn.says(hello.version), Instance: started}, nil
}

type mysqlConn struct {
	*probeConn
	spec     probeSpec
	sequence byte
}

// read returns the next packet; the server's error becomes ours. A packet is never empty.
func (c *mysqlConn) read() ([]byte, error) {
	body, err := c.readAny()
	if err == nil && body[0] == 0xff {
		return nil, errors.New("server answered " + c.says(mysqlWords(body[1:])))
	}
	return body, err
}

func (c *mysqlConn) readAny() ([]byte, error) {
	head, err := c.take(4)
	if err != nil {
		return nil, err
	}
	length := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	if length == 0 || length > probeMaxMessage || head[3] != c.sequence {
		return nil, c.unlike("MySQL", head)
	}
	c.sequence++
	return c.take(length)
}

// packet frames a body as the next of the current exchange.
func (c *mysqlConn) packet(body []byte) []byte {
	head := []byte{byte(len(body)), byte(len(body) >> 8), byte(len(body) >> 16), c.sequence}
	c.sequence++
	return append(head, body...)
}

func mysqlWords(body []byte) string {
	if len(body) < 2 {
		return "with an error without text"
	}
	text := body[2:]
	// Before the login the text comes without a state.
	if len(text) >= 6 && text[0] == '#' {
		text = text[6:]
	}
	return fmt.Sprintf("error %d: %s", binary.LittleEndian.Uint16(body), text)
}

// queryValue returns the one value of a query, or nothing when the account may not ask or no row comes.
func (c *mysqlConn) queryValue(query string) (string, error) {
	c.sequence = 0
	if err := c.send(c.packet(append([]byte{mysqlComQuery}, query...)), "an answer to a query"); err != nil {
		return "", err
	}
	count, err := c.readAny()
	if err != nil {
		return "", err
	}
	if count[0] == 0xff {
		return "", nil
	}
	if len(count) != 1 || count[0] != 1 {
		return "", c.unlike("MySQL", count)
	}
	if _, err := c.read(); err != nil {
		return "", err
	}
	if err := c.readEnd(); err != nil {
		return "", err
	}
	row, err := c.read()
	if err != nil || row[0] == 0xfe {
		return "", err
	}
	if int(row[0]) != len(row)-1 || row[0] > 0xfa {
		return "", c.unlike("MySQL", row)
	}
	return c.says(string(row[1:])), c.readEnd()
}

// readEnd reads the packet that ends the columns, and then the rows.
func (c *mysqlConn) readEnd() error {
	end, err := c.read()
	if err == nil && end[0] != 0xfe {
		return c.unlike("MySQL", end)
	}
	return err
}

type mysqlGreeting struct {
	version      string
	capabilities uint32
	// 20 bytes that the password is mixed with.
	scramble []byte
	plugin   string
}

func parseMysqlGreeting(body []byte) (mysqlGreeting, error) {
	version, rest, ok := bytes.Cut(body[1:], []byte{0})
	// Thread id 4, scramble 8, filler 1, capabilities 2, charset 1, status 2, capabilities 2, scramble length 1, reserved 10.
	// Then 12 more of the scramble, a zero, the plugin's name.
	if body[0] != 10 || !ok || len(rest) < 44 || rest[43] != 0 {
		return mysqlGreeting{}, errors.New("not a MySQL greeting")
	}
	hello := mysqlGreeting{
		// MariaDB puts this in front, for clients that take 10 for less than 5.
		version:      strings.TrimPrefix(string(version), "5.5.5-"),
		capabilities: uint32(binary.LittleEndian.Uint16(rest[13:])) | uint32(binary.LittleEndian.Uint16(rest[18:]))<<16,
		scramble:     slices.Concat(rest[4:12], rest[31:43]),
	}
	plugin, _, _ := bytes.Cut(rest[44:], []byte{0})
	hello.plugin = string(plugin)
	return hello, nil
}
