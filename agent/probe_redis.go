package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// probeRedis logs in if a password is given, pings, and asks for the run id. A server that still loads its data is not ready.
func probeRedis(conn *probeConn, spec probeSpec) (probeAnswer, error) {
	if spec.Password != "" {
		login := []string{"AUTH", spec.Password}
		if spec.User != "" {
			login = []string{"AUTH", spec.User, spec.Password}
		}
		reply, err := redisAsk(conn, login...)
		if err != nil {
			return probeAnswer{}, err
		}
		if reply != (redisReply{'+', "OK"}) {
			return probeAnswer{}, reply.refusal(conn, "AUTH")
		}
	}
	reply, err := redisAsk(conn, "PING")
	if err != nil {
		return probeAnswer{}, err
	}
	if reply != (redisReply{'+', "PONG"}) {
		return probeAnswer{}, reply.refusal(conn, "PING")
	}
	info, err := redisAsk(conn, "INFO", "server")
	if err != nil {
		return probeAnswer{}, err
	}
	if info.kind == '$' {
		return probeAnswer{Saw: "PONG", Instance: conn.says(redisRunID(info.text))}, nil
	}
	// An account may be allowed to ping and nothing else: ready all the same, without an instance.
	if strings.HasPrefix(info.text, "NOPERM") || strings.HasPrefix(info.text, "ERR unknown command") {
		return probeAnswer{Saw: "PONG"}, nil
	}
	return probeAnswer{}, info.refusal(conn, "INFO")
}

func redisRunID(info string) string {
	for line := range strings.Lines(info) {
		if id, ok := strings.CutPrefix(line, "run_id:"); ok {
			return id
		}
	}
	return ""
}

// redisReply is a status ('+'), an error ('-') or a bulk string ('$').
type redisReply struct {
	kind byte
	text string
}

func (r redisReply) refusal(conn *probeConn, command string) error {
	if r.kind == '-' {
		return fmt.Errorf("%s: %s", command, conn.says(r.text))
	}
	return fmt.Errorf("%s was answered by %q", command, conn.says(r.text))
}

func redisAsk(conn *probeConn, words ...string) (redisReply, error) {
	var request bytes.Buffer
	fmt.Fprintf(&request, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(&request, "$%d\r\n%s\r\n", len(word), word)
	}
	if err := conn.send(request.Bytes(), "an answer to "+words[0]); err != nil {
		return redisReply{}, err
	}
	line, err := redisLine(conn)
	if err != nil {
		return redisReply{}, err
	}
	switch line[0] {
	case '+', '-':
		return redisReply{line[0], line[1:]}, nil
	case '$':
		return redisBulk(conn, line)
	}
	return redisReply{}, conn.unlike("Redis", []byte(line))
}

func redisBulk(conn *probeConn, line string) (redisReply, error) {
	length, err := strconv.Atoi(line[1:])
	if err != nil || length < 0 || length > probeMaxMessage-2 {
		return redisReply{}, conn.unlike("Redis", []byte(line))
	}
	data, err := conn.take(length + 2)
	if err != nil {
		return redisReply{}, err
	}
	text, ended := bytes.CutSuffix(data, []byte("\r\n"))
	if !ended {
		return redisReply{}, conn.unlike("Redis", data)
	}
	return redisReply{'$', string(text)}, nil
}

const redisLongestLine = 1024

// redisLine reads up to the end of a line, which it leaves out. The line is never empty.
func redisLine(conn *probeConn) (string, error) {
	var line []byte
	for len(line) < redisLongestLine {
		next, err := conn.in.ReadByte()
		if err != nil {
			return "", conn.broken(err)
		}
		if next != '\n' {
			line = append(line, next)
			continue
		}
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) == 0 {
			return "", errors.New("sent an empty line in place of " + conn.awaited)
		}
		return string(line), nil
	}
	return "", conn.unlike("Redis", line)
}
