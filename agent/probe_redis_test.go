package main

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
)

var redisSpec = probeSpec{Kind: "redis", User: "shop", Password: "s3cret-word"}

const redisInfo = "# Server\r\nredis_version:8.0.0\r\nrun_id:0123456789abcdef\r\ntcp_port:6379\r\n"

// readRedis reads one command and returns its words, joined by spaces.
func readRedis(in *bufio.Reader) ([]byte, error) {
	number := func() (int, error) {
		line, err := in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(strings.TrimSpace(line[1:]))
	}
	count, err := number()
	var words []string
	for range count {
		length, err := number()
		if err != nil {
			return nil, err
		}
		word := make([]byte, length+2)
		if _, err := io.ReadFull(in, word); err != nil {
			return nil, err
		}
		words = append(words, string(word[:length]))
	}
	return []byte(strings.Join(words, " ")), err
}

func redisSays(command, answer string) exchange {
	return exchange{read: readRedis, say: func(request []byte) []byte {
		if string(request) != command {
			return []byte("-WRONGPASS invalid username-password pair or user is disabled.\r\n")
		}
		return []byte(answer)
	}}
}

func redisScript() []exchange {
	return []exchange{
		redisSays("AUTH shop s3cret-word", "+OK\r\n"),
		redisSays("PING", "+PONG\r\n"),
		redisSays("INFO server", "$"+strconv.Itoa(len(redisInfo))+"\r\n"+redisInfo+"\r\n"),
	}
}

var redisCase = protocolCase{
	spec:    redisSpec,
	script:  redisScript,
	refusal: func(int) []byte { return []byte("-LOADING Redis is loading the dataset in memory\r\n") },
	words:   ": LOADING Redis is loading the dataset in memory",
	huge:    func(int) []byte { return []byte("$2147483647\r\n") },
}

func TestRedisIsReadyWithItsRunId(t *testing.T) {
	expectReady(t, redisCase, "0123456789abcdef")
	withoutAccount := redisCase
	withoutAccount.spec = probeSpec{Kind: "redis"}
	withoutAccount.script = func() []exchange { return redisScript()[1:] }
	expectReady(t, withoutAccount, "0123456789abcdef")
}

func TestRedisThatFailsAtAnyStepIsNotReady(t *testing.T) {
	testFaults(t, redisCase)
}

func TestRedisCannotMakeTheProbeUseMuchMemory(t *testing.T) {
	testMemory(t, redisCase)
}

func TestRedisSaysWhatIsWrongWithThePassword(t *testing.T) {
	for _, c := range []struct {
		name, user, password string
		answer               string
		saw                  string
	}{
		{"wrong", "shop", "wrong-word", "", "AUTH: WRONGPASS invalid username-password pair or user is disabled."},
		{"missing", "", "", "-NOAUTH Authentication required.\r\n", "PING: NOAUTH Authentication required."},
		{"not asked for", "", "s3cret-word", "-ERR AUTH <password> called without any password configured\r\n", "AUTH: ERR AUTH <password> called without any password configured"},
		{"repeated", "", "s3cret-word", "-ERR unknown command AUTH s3cret-word\r\n", "AUTH: ERR unknown command AUTH [redacted]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := probeSpec{Kind: "redis", User: c.user, Password: c.password}
			script := redisScript()
			if c.answer != "" {
				script = []exchange{{read: readRedis, say: func([]byte) []byte { return []byte(c.answer) }}}
			}
			answer := ask(t, spec, func(conn net.Conn) { play(conn, script, -1, nil) })
			expectRefused(t, spec, answer, c.saw)
		})
	}
}

func TestRedisIsReadyWithoutInstanceWhenTheAccountMayOnlyPing(t *testing.T) {
	for _, refusal := range []string{
		"-NOPERM this user has no permissions to run the 'info' command\r\n", "-ERR unknown command 'INFO'\r\n",
	} {
		script := append(redisScript()[:2], redisSays("INFO server", refusal))
		answer := ask(t, redisSpec, func(conn net.Conn) { play(conn, script, -1, nil) })
		if !answer.Ready || answer.Instance != "" {
			t.Errorf("%q: %+v", refusal, answer)
		}
	}
}

func TestRedisAnswersThatAreNotRedis(t *testing.T) {
	for _, line := range []string{"\r\n", "$-1\r\n", "$x\r\n", "$5\r\nhelloXX", ":1\r\n", "+PONGO\r\n", strings.Repeat("x", 3000)} {
		script := []exchange{{read: readRedis, say: func([]byte) []byte { return []byte(line) }}}
		answer := ask(t, probeSpec{Kind: "redis"}, func(conn net.Conn) { play(conn, script, -1, nil) })
		expectRefused(t, redisSpec, answer, "PING")
	}
}

func FuzzRedis(f *testing.F) {
	fuzzProbe(f, redisSpec, [][]byte{
		[]byte("+OK\r\n+PONG\r\n$8\r\nrun_id:x\r\n"), []byte("-ERR " + fuzzPassword + "\r\n"), []byte("$99999999999\r\n"), []byte("+OK\r\n+PONG\r\n-NOPERM\r\n"),
	}, probeRedis)
}
