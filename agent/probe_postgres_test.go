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

const (
	postgresStartTime = "2031-05-06 07:08:09.123456+00"
	// Of the password s3cret-word, the user shop and the salt 1 2 3 4, by another implementation of MD5.
	postgresKnownMD5 = "md59a013fe80ad7ae5da74d02f8742b1e14"
)

var postgresSpec = probeSpec{Kind: "postgres", User: "shop", Password: "s3cret-word", Database: "shop_db"}

func readPostgres(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 5)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
	_, err := io.ReadFull(in, body)
	return append(head[:1], body...), err
}

func readPostgresStartup(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head)-4)
	_, err := io.ReadFull(in, body)
	return body, err
}

func postgresAuth(method uint32, data []byte) []byte {
	return postgresMessage('R', append(binary.BigEndian.AppendUint32(nil, method), data...))
}

func postgresError(code, text string) []byte {
	return postgresMessage('E', []byte("SFATAL\x00VFATAL\x00C"+code+"\x00M"+text+"\x00\x00"))
}

var (
	postgresNotice  = postgresMessage('N', []byte("SNOTICE\x00Mhello\x00\x00"))
	postgresWelcome = slices.Concat(
		postgresAuth(postgresAuthOk, nil),
		postgresMessage('S', []byte("server_version\x0017.1\x00")), postgresNotice,
		postgresMessage('K', make([]byte, 8)), postgresMessage('Z', []byte("I")))
	postgresRows = slices.Concat(
		postgresMessage('T', make([]byte, 30)),
		postgresMessage('D', append([]byte{0, 1, 0, 0, 0, byte(len(postgresStartTime))}, postgresStartTime...)),
		postgresMessage('C', []byte("SELECT 1\x00")), postgresMessage('Z', []byte("I")))
	postgresDenied = postgresError("28P01", `password authentication failed for user "shop"`)
)

func welcomeIf(ok bool) []byte {
	if ok {
		return postgresWelcome
	}
	return postgresDenied
}

var queryExchange = exchange{read: readPostgres, say: func(request []byte) []byte {
	if string(request) != "Qselect pg_postmaster_start_time()\x00" {
		return postgresError("42601", "syntax error")
	}
	return postgresRows
}}

// postgresScript is a server with the password s3cret-word.
func postgresScript(method string) func() []exchange {
	return func() []exchange {
		startup := func(answer []byte) exchange {
			return exchange{read: readPostgresStartup, say: func(request []byte) []byte {
				if !bytes.Contains(request, []byte("user\x00shop\x00database\x00shop_db\x00")) {
					return postgresError("3D000", "no such database")
				}
				return answer
			}}
		}
		password := func(want string) exchange {
			return exchange{read: readPostgres, say: func(request []byte) []byte {
				return welcomeIf(string(request) == "p"+want+"\x00")
			}}
		}
		switch method {
		case "cleartext":
			return []exchange{startup(postgresAuth(postgresAuthCleartext, nil)), password("s3cret-word"), queryExchange}
		case "md5":
			return []exchange{startup(postgresAuth(postgresAuthMD5, []byte{1, 2, 3, 4})), password(postgresKnownMD5), queryExchange}
		case "scram":
			server := &scramServer{password: "s3cret-word"}
			return []exchange{
				startup(postgresAuth(postgresAuthSASL, []byte("SCRAM-SHA-256-PLUS\x00SCRAM-SHA-256\x00\x00"))),
				{read: readPostgres, say: func(request []byte) []byte {
					_, first, _ := bytes.Cut(request, []byte("SCRAM-SHA-256\x00"))
					return postgresAuth(postgresAuthSASLContinue, []byte(server.first(string(first[4:]))))
				}},
				{read: readPostgres, say: func(request []byte) []byte {
					final, ok := server.final(string(request[1:]))
					if !ok {
						return postgresDenied
					}
					return append(postgresAuth(postgresAuthSASLFinal, []byte(final)), postgresWelcome...)
				}},
				queryExchange,
			}
		}
		return []exchange{startup(postgresWelcome), queryExchange}
	}
}

func postgresCase(method string) protocolCase {
	return protocolCase{
		spec:    postgresSpec,
		script:  postgresScript(method),
		refusal: func(int) []byte { return postgresError("57P03", "the database system is starting up") },
		words:   "server answered FATAL 57P03: the database system is starting up",
		huge:    func(int) []byte { return []byte{'R', 0x7f, 0xff, 0xff, 0xff} },
		endless: postgresNotice,
	}
}

var postgresMethods = []string{"trust", "cleartext", "md5", "scram"}

func TestPostgresIsReadyWithItsStartTimeByEveryLogin(t *testing.T) {
	for _, method := range postgresMethods {
		t.Run(method, func(t *testing.T) { expectReady(t, postgresCase(method), postgresStartTime) })
	}
}

func TestPostgresThatFailsAtAnyStepIsNotReady(t *testing.T) {
	for _, method := range postgresMethods {
		t.Run(method, func(t *testing.T) { testFaults(t, postgresCase(method)) })
	}
}

func TestPostgresCannotMakeTheProbeUseMuchMemory(t *testing.T) {
	testMemory(t, postgresCase("scram"))
}

func TestPostgresRefusesAWrongPassword(t *testing.T) {
	for _, method := range []string{"cleartext", "md5", "scram"} {
		spec := postgresSpec
		spec.Password = "wrong-word"
		script := postgresScript(method)
		answer := ask(t, spec, func(conn net.Conn) { play(conn, script(), -1, nil) })
		expectRefused(t, spec, answer, `FATAL 28P01: password authentication failed for user "shop"`)
	}
}

func TestPostgresThatRepeatsThePasswordDoesNotGetItIntoTheAnswer(t *testing.T) {
	answer := ask(t, postgresSpec, func(conn net.Conn) {
		play(conn, postgresScript("trust")(), 0, func(conn net.Conn, _ []byte) {
			_, _ = conn.Write(postgresError("XX000", "who sends s3cret-word\nhere?"))
		})
	})
	expectRefused(t, postgresSpec, answer, "who sends [redacted] here?")
}

func TestPostgresLoginsThatAreNotWhatTheySeem(t *testing.T) {
	const sasl = postgresAuthSASL
	for _, c := range []struct {
		name     string
		password string
		step     int
		say      []byte
		words    string
	}{
		{"a password is asked for and none is known", "", 0, postgresAuth(postgresAuthCleartext, nil), "none is known"},
		{"an unknown method", "x", 0, postgresAuth(7, nil), "authentication method 7"},
		{"no mechanism that we speak", "x", 0, postgresAuth(sasl, []byte("OAUTHBEARER\x00\x00")), `"OAUTHBEARER"`},
		{"a login that ends before it begins", "x", 0, postgresAuth(postgresAuthSASLFinal, []byte("v=")), "was not begun"},
		{"a salt of the wrong length", "x", 0, postgresAuth(postgresAuthMD5, []byte{1}), "something other than"},
		{"ready before the login", "x", 0, postgresMessage('Z', []byte("I")), "before the login was over"},
		{"let in without the server's proof", "s3cret-word", 1, postgresWelcome, "without proving"},
		{"a nonce that is not ours", "s3cret-word", 1, postgresAuth(postgresAuthSASLContinue, []byte("r=other,s=AAAA,i=4096")), "nonce"},
		{"a wrong proof of the server", "s3cret-word", 2, append(postgresAuth(postgresAuthSASLFinal, []byte("v=AAAA")), postgresWelcome...), "does not know the password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := postgresSpec
			spec.Password = c.password
			answer := ask(t, spec, func(conn net.Conn) {
				play(conn, postgresScript("scram")(), c.step, func(conn net.Conn, _ []byte) {
					_, _ = conn.Write(c.say)
					waitForClose(conn)
				})
			})
			expectRefused(t, spec, answer, c.words)
		})
	}
}

func TestPostgresQueriesThatAreNotAnswered(t *testing.T) {
	done := postgresMessage('Z', []byte("I"))
	for _, rows := range [][]byte{
		done,
		append(postgresMessage('D', []byte{0, 2, 0, 0, 0, 0}), done...),
		append(postgresMessage('D', []byte{0, 1, 0xff, 0xff, 0xff, 0xff}), done...),
		append(postgresMessage('D', []byte{0, 1, 0, 0, 0, 9, 'x'}), done...),
	} {
		answer := ask(t, postgresSpec, func(conn net.Conn) {
			play(conn, postgresScript("trust")(), 1, func(conn net.Conn, _ []byte) { _, _ = conn.Write(rows) })
		})
		expectRefused(t, postgresSpec, answer, "answered the query")
	}
}

func FuzzPostgres(f *testing.F) {
	seeds := [][]byte{slices.Concat(postgresWelcome, postgresRows), postgresDenied,
		postgresError("XX000", strings.Repeat(fuzzPassword+" ", 90)), postgresAuth(postgresAuthMD5, []byte{1, 2, 3, 4}),
		slices.Concat(postgresAuth(postgresAuthSASL, []byte("SCRAM-SHA-256\x00\x00")), postgresAuth(postgresAuthSASLContinue, []byte("r=,s=,i=")))}
	fuzzProbe(f, postgresSpec, seeds, probePostgres)
}
