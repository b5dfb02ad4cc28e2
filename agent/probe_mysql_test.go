package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
)

var (
	mysqlSpec     = probeSpec{Kind: "mysql", User: "shop", Password: "s3cret-word", Database: "shop_db"}
	mysqlScramble = []byte("01234567abcdefghijkl")
)

// mysqlPacket frames a body with its place in the exchange.
func mysqlPacket(sequence int, body []byte) []byte {
	return append([]byte{byte(len(body)), byte(len(body) >> 8), byte(len(body) >> 16), byte(sequence)}, body...)
}

func readMysql(in *bufio.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
	_, err := io.ReadFull(in, body)
	return body, err
}

func mysqlHello(version, plugin string) []byte {
	body := append([]byte{10}, version+"\x00"...)
	body = append(body, 1, 0, 0, 0)
	body = append(append(body, mysqlScramble[:8]...), 0)
	body = append(body, 0xff, 0xff, 33, 2, 0, 0xff, 0x0f, 21)
	body = append(append(body, make([]byte, 10)...), mysqlScramble[8:]...)
	return mysqlPacket(0, append(append(body, 0), plugin+"\x00"...))
}

func mysqlError(sequence int, text string) []byte {
	return mysqlPacket(sequence, append([]byte{0xff, 0x15, 0x04}, text...))
}

var mysqlOk = []byte{0, 0, 0, 2, 0, 0, 0}

func mysqlOkIf(sequence int, ok bool) []byte {
	if ok {
		return mysqlPacket(sequence, mysqlOk)
	}
	return mysqlError(sequence, "#28000Access denied for user 'shop'")
}

func mysqlRows(value string) []byte {
	end := []byte{0xfe, 0, 0, 2, 0}
	return slices.Concat(mysqlPacket(1, []byte{1}), mysqlPacket(2, []byte("\x03def a column")), mysqlPacket(3, end),
		mysqlPacket(4, append([]byte{byte(len(value))}, value...)), mysqlPacket(5, end))
}

// The checks as the servers do them: from the proof back to the hash that the server stores.

func mysqlKnowsNative(proof []byte) bool {
	once := sha1.Sum([]byte("s3cret-word"))
	stored := sha1.Sum(once[:])
	mask := sha1.Sum(slices.Concat(mysqlScramble, stored[:]))
	return len(proof) == 20 && sha1.Sum(mysqlXor(proof, mask[:])) == stored
}

func mysqlKnowsCaching(proof []byte) bool {
	once := sha256.Sum256([]byte("s3cret-word"))
	twice := sha256.Sum256(once[:])
	mask := sha256.Sum256(slices.Concat(twice[:], mysqlScramble))
	return len(proof) == 32 && sha256.Sum256(mysqlXor(proof, mask[:])) == twice
}

// mysqlLoginProof takes the proof out of a login packet, which must name user, database and plugin.
func mysqlLoginProof(request []byte, plugin string) []byte {
	user, rest, _ := bytes.Cut(request[32:], []byte{0})
	if len(rest) == 0 || string(user) != "shop" || string(rest[1+int(rest[0]):]) != "shop_db\x00"+plugin+"\x00" {
		return nil
	}
	return rest[1 : 1+int(rest[0])]
}

func mysqlQueryExchange(query string) exchange {
	return exchange{read: readMysql, say: func(request []byte) []byte {
		if string(request) != "\x03"+query {
			return mysqlError(1, "#42000syntax")
		}
		return mysqlRows("1931000000")
	}}
}

// mysqlScript is a server with the password s3cret-word.
func mysqlScript(t testing.TB, method string) func() []exchange {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(&key.PublicKey)
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	hello := func(version, plugin string) exchange {
		return exchange{say: func([]byte) []byte { return mysqlHello(version, plugin) }}
	}
	login := func(plugin string, say func(proof []byte) []byte) exchange {
		return exchange{read: readMysql, say: func(request []byte) []byte { return say(mysqlLoginProof(request, plugin)) }}
	}
	switch method {
	case "native":
		return func() []exchange {
			return []exchange{hello("11.8.3-MariaDB-1", mysqlNative), login(mysqlNative, func(proof []byte) []byte {
				return mysqlOkIf(2, mysqlKnowsNative(proof))
			}), mysqlQueryExchange(mariadbStarted)}
		}
	case "cached":
		return func() []exchange {
			return []exchange{hello("8.4.0", mysqlCachingSha2), login(mysqlCachingSha2, func(proof []byte) []byte {
				if !mysqlKnowsCaching(proof) {
					return mysqlOkIf(2, false)
				}
				return append(mysqlPacket(2, []byte{1, 3}), mysqlPacket(3, mysqlOk)...)
			}), mysqlQueryExchange(mysqlStarted)}
		}
	case "switched":
		return func() []exchange {
			return []exchange{hello("8.4.0", "sha256_password"), login(mysqlNative, func([]byte) []byte {
				return mysqlPacket(2, slices.Concat([]byte{0xfe}, []byte(mysqlCachingSha2), []byte{0}, mysqlScramble, []byte{0}))
			}), {read: readMysql, say: func(proof []byte) []byte {
				if !mysqlKnowsCaching(proof) {
					return mysqlOkIf(4, false)
				}
				return append(mysqlPacket(4, []byte{1, 3}), mysqlPacket(5, mysqlOk)...)
			}}, mysqlQueryExchange(mysqlStarted)}
		}
	}
	return func() []exchange {
		return []exchange{hello("8.4.0", mysqlCachingSha2), login(mysqlCachingSha2, func([]byte) []byte {
			return mysqlPacket(2, []byte{1, 4})
		}), {read: readMysql, say: func([]byte) []byte {
			return mysqlPacket(4, append([]byte{1}, public...))
		}}, {read: readMysql, say: func(sealed []byte) []byte {
			secret, err := rsa.DecryptOAEP(sha1.New(), nil, key, sealed, nil)
			want := append([]byte("s3cret-word"), 0)
			return mysqlOkIf(6, err == nil && len(secret) == len(want) && bytes.Equal(mysqlXor(secret, mysqlScramble), want))
		}}, mysqlQueryExchange(mysqlStarted)}
	}
}

func mysqlCase(t testing.TB, method string) protocolCase {
	script := mysqlScript(t, method)
	last := len(script()) - 1
	sequence := func(step int) int {
		if step == last {
			return 1
		}
		return 2 * step
	}
	return protocolCase{
		spec:   mysqlSpec,
		script: script,
		refusal: func(step int) []byte {
			if step == last {
				// An error to the query itself only means that there is no instance.
				return append(mysqlPacket(1, []byte{1}), mysqlError(2, "#08S01Server shutdown in progress")...)
			}
			return mysqlError(sequence(step), "#08S01Server shutdown in progress")
		},
		words: "server answered error 1045: Server shutdown in progress",
		huge:  func(step int) []byte { return []byte{0xff, 0xff, 0xff, byte(sequence(step))} },
	}
}

var mysqlMethods = []string{"native", "cached", "switched", "encrypted"}

func TestMysqlIsReadyWithItsStartTimeByEveryLogin(t *testing.T) {
	for _, method := range mysqlMethods {
		t.Run(method, func(t *testing.T) { expectReady(t, mysqlCase(t, method), "1931000000") })
	}
}

func TestMysqlThatFailsAtAnyStepIsNotReady(t *testing.T) {
	for _, method := range mysqlMethods {
		t.Run(method, func(t *testing.T) { testFaults(t, mysqlCase(t, method)) })
	}
}

func TestMysqlCannotMakeTheProbeUseMuchMemory(t *testing.T) {
	testMemory(t, mysqlCase(t, "encrypted"))
}

func TestMysqlRefusesAWrongPassword(t *testing.T) {
	for _, method := range mysqlMethods {
		script := mysqlScript(t, method)
		spec := mysqlSpec
		spec.Password = "wrong-word"
		answer := ask(t, spec, func(conn net.Conn) { play(conn, script(), -1, nil) })
		expectRefused(t, spec, answer, "error 1045: Access denied for user 'shop'")
	}
}

func TestMysqlIsReadyWithoutInstanceWhenTheStartTimeMayNotBeAsked(t *testing.T) {
	script := mysqlScript(t, "native")
	answer := ask(t, mysqlSpec, func(conn net.Conn) {
		play(conn, script(), 2, func(conn net.Conn, _ []byte) {
			_, _ = conn.Write(mysqlError(1, "#42000SELECT command denied"))
			waitForClose(conn)
		})
	})
	if !answer.Ready || answer.Instance != "" {
		t.Errorf("%+v", answer)
	}
}

func TestMysqlLoginsThatLeadNowhere(t *testing.T) {
	endless := func(conn net.Conn, _ []byte) {
		in := bufio.NewReader(conn)
		for sequence := 2; ; sequence += 2 {
			_, _ = conn.Write(mysqlPacket(sequence, slices.Concat([]byte{0xfe}, []byte(mysqlNative), []byte{0}, mysqlScramble, []byte{0})))
			if _, err := readMysql(in); err != nil {
				return
			}
		}
	}
	says := func(sequence int, body string) func(net.Conn, []byte) {
		return func(conn net.Conn, _ []byte) {
			_, _ = conn.Write(mysqlPacket(sequence, []byte(body)))
			waitForClose(conn)
		}
	}
	der, _ := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(3), 16_384), E: 65537})
	keyOf := func(der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	for _, c := range []struct {
		name  string
		step  int
		act   func(net.Conn, []byte)
		words string
	}{
		{"switches without end", 1, endless, "does not come to an end"},
		{"a method that we do not speak", 1, says(2, "\xfeclient_ed25519\x00"+string(mysqlScramble)), `"client_ed25519"`},
		{"the method of before 4.1", 1, says(2, "\xfe"), "does not speak"},
		{"a scramble that is too short", 1, says(2, "\xfe"+mysqlNative+"\x00abc"), "something other than"},
		{"a key beyond measure", 2, says(4, "\x01"+keyOf(der)), "something other than"},
		{"a broken key", 2, says(4, "\x01"+keyOf(der[:100])), "something other than"},
		{"no key", 2, says(4, "\x01not a key"), "something other than"},
		{"a packet out of turn", 1, says(7, "\x00\x00\x00"), "something other than"},
		{"an empty packet", 1, says(2, ""), "something other than"},
		{"a greeting of another version", 0, says(0, "\x09"+strings.Repeat("x", 80)), "something other than"},
		{"a greeting that is cut", 0, says(0, "\x0a8.4.0\x00abcdefgh"), "something other than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			script := mysqlScript(t, "encrypted")
			answer := ask(t, mysqlSpec, func(conn net.Conn) { play(conn, script(), c.step, c.act) })
			expectRefused(t, mysqlSpec, answer, c.words)
		})
	}
}

func FuzzMysql(f *testing.F) {
	seeds := [][]byte{
		slices.Concat(mysqlHello("11.8.3-MariaDB-1", mysqlNative), mysqlPacket(2, mysqlOk), mysqlRows("1931000000")),
		slices.Concat(mysqlHello("8.4.0", mysqlCachingSha2), mysqlPacket(2, []byte{1, 4}), mysqlPacket(4, []byte("\x01-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"))),
		slices.Concat(mysqlHello("8", ""), mysqlPacket(2, slices.Concat([]byte{0xfe}, []byte(mysqlNative), []byte{0}, mysqlScramble))),
		mysqlError(0, "#HY000"+strings.Repeat(fuzzPassword, 30)),
	}
	fuzzProbe(f, mysqlSpec, seeds, probeMysql)
}
