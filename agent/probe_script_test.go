package main

import (
	"bufio"
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// exchange is one step of a scripted server: it reads a request and says the answer.
type exchange struct {
	// Reads one whole request. Nil: the server speaks without being asked.
	read func(*bufio.Reader) ([]byte, error)
	say  func(request []byte) []byte
	// The service is ready by now, whatever happens in this step.
	courtesy bool
}

// protocolCase is a server that lets the probe in, and what its protocol has for going wrong.
type protocolCase struct {
	spec   probeSpec
	script func() []exchange
	// The protocol's own refusal at a step, and what must be seen of it.
	refusal func(step int) []byte
	words   string
	// A message that announces far more than it should.
	huge func(step int) []byte
	// A message that may come any number of times; nil where there is none.
	endless []byte
}

const hangingTimeout = 250 * time.Millisecond

func startServer(t testing.TB, handle func(net.Conn)) (string, int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				handle(conn)
			}()
		}
	}()
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	number, _ := strconv.Atoi(port)
	return host, number
}

// play follows the script, with another act in place of one step's answer. Step -1: none.
func play(conn net.Conn, script []exchange, step int, act func(conn net.Conn, right []byte)) {
	in := bufio.NewReader(conn)
	for i, next := range script {
		var request []byte
		if next.read != nil {
			var err error
			if request, err = next.read(in); err != nil {
				return
			}
		}
		answer := next.say(request)
		if i == step {
			act(conn, answer)
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
	// Left open, so that only what was sent counts.
	_, _ = in.WriteTo(discard{})
}

type discard struct{}

func (discard) Write(data []byte) (int, error) { return len(data), nil }

// ask probes a server that plays the script.
func ask(t testing.TB, spec probeSpec, handle func(net.Conn)) probeAnswer {
	t.Helper()
	spec.Host, spec.Port = startServer(t, handle)
	if spec.Timeout == 0 {
		spec.Timeout = 5_000
	}
	begin := time.Now()
	answer := probe(context.Background(), spec)
	if took := time.Since(begin); took > time.Duration(spec.Timeout)*time.Millisecond+3*time.Second {
		t.Errorf("took %s", took)
	}
	return answer
}

func expectReady(t *testing.T, c protocolCase, instance string) {
	t.Helper()
	answer := ask(t, c.spec, func(conn net.Conn) { play(conn, c.script(), -1, nil) })
	if !answer.Ready || answer.Instance != instance {
		t.Fatalf("want ready with instance %q, got %+v", instance, answer)
	}
	checkSaw(t, c.spec, answer)
}

func checkSaw(t testing.TB, spec probeSpec, answer probeAnswer) {
	t.Helper()
	if answer.Saw == "" || strings.ContainsAny(answer.Saw, "\r\n\x00") || len(answer.Saw) > 1500 {
		t.Errorf("not one line for people: %q", answer.Saw)
	}
	if spec.Password != "" && strings.Contains(answer.Saw+answer.Instance, spec.Password) {
		t.Errorf("the password is in %q", answer.Saw)
	}
}

func expectRefused(t testing.TB, spec probeSpec, answer probeAnswer, words ...string) {
	t.Helper()
	checkSaw(t, spec, answer)
	if answer.Ready || answer.Instance != "" {
		t.Errorf("taken for ready: %+v", answer)
	}
	for _, word := range words {
		if strings.Contains(answer.Saw, word) {
			return
		}
	}
	t.Errorf("%q has none of %q", answer.Saw, words)
}

type fault struct {
	name  string
	act   func(conn net.Conn, right []byte)
	words []string
	// The probe has to wait for its deadline.
	hangs bool
}

func (c protocolCase) faults(step int) []fault {
	say := func(data []byte) func(net.Conn, []byte) {
		return func(conn net.Conn, _ []byte) {
			_, _ = conn.Write(data)
			waitForClose(conn)
		}
	}
	late := []string{"did not come in time"}
	gone := []string{"closed the connection", "reset the connection"}
	strange := []string{"something other than", "announced", "was answered by", "in place of", "asks for", "before the login", "lacks", "refused"}
	return []fault{
		{name: "closes", act: func(net.Conn, []byte) {}, words: gone},
		{name: "resets", act: func(conn net.Conn, _ []byte) { _ = conn.(*net.TCPConn).SetLinger(0) }, words: gone},
		{name: "hangs", act: func(conn net.Conn, _ []byte) { waitForClose(conn) }, words: late, hangs: true},
		{name: "stops in the middle", act: func(conn net.Conn, right []byte) {
			_, _ = conn.Write(right[:len(right)-1])
			waitForClose(conn)
		}, words: late, hangs: true},
		{name: "ends in the middle", act: func(conn net.Conn, right []byte) { _, _ = conn.Write(right[:len(right)-1]) }, words: gone},
		{name: "speaks HTTP", act: say([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")), words: strange},
		{name: "sends noise", act: say(noise()), words: strange},
		{name: "announces too much", act: say(c.huge(step)), words: strange},
		{name: "refuses", act: say(c.refusal(step)), words: []string{c.words}},
	}
}

func waitForClose(conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for buffer := make([]byte, 1024); ; {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

func noise() []byte {
	source := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 4096)
	for i := range data {
		data[i] = byte(source.Uint32())
	}
	return data
}

// testFaults lets the server fail in each way at each step of its handshake.
func testFaults(t *testing.T, c protocolCase) {
	for step, exchange := range c.script() {
		for _, fault := range c.faults(step) {
			t.Run(fault.name+" at step "+strconv.Itoa(step), func(t *testing.T) {
				t.Parallel()
				spec := c.spec
				spec.Timeout = 20_000
				if fault.hangs {
					spec.Timeout = hangingTimeout.Milliseconds()
				}
				begin := time.Now()
				answer := ask(t, spec, func(conn net.Conn) { play(conn, c.script(), step, fault.act) })
				if took := time.Since(begin); took > 10*time.Second {
					t.Errorf("waited %s for nothing", took)
				}
				if exchange.courtesy {
					if !answer.Ready {
						t.Errorf("not ready: %+v", answer)
					}
					return
				}
				expectRefused(t, spec, answer, fault.words...)
			})
		}
	}
}

// testMemory sends messages without end and lengths without measure, and counts what the probe allocates.
func testMemory(t *testing.T, c protocolCase) {
	for step, exchange := range c.script() {
		if exchange.courtesy {
			continue
		}
		flood := c.endless
		if flood == nil {
			flood = bytes.Repeat([]byte{'A'}, 1<<10)
		}
		for _, act := range []func(net.Conn, []byte){
			func(conn net.Conn, _ []byte) { _, _ = conn.Write(c.huge(step)); writeUntilClosed(conn, flood) },
			func(conn net.Conn, _ []byte) { writeUntilClosed(conn, flood) },
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			answer := ask(t, c.spec, func(conn net.Conn) { play(conn, c.script(), step, act) })
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
				t.Errorf("step %d: allocated %d bytes", step, used)
			}
			if answer.Ready {
				t.Errorf("step %d: ready after %+v", step, answer)
			}
		}
	}
}

func writeUntilClosed(conn net.Conn, data []byte) {
	_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, err := conn.Write(data); err != nil {
			return
		}
	}
}

// memoryConn gives a parser bytes without a network; what the probe sends is thrown away.
type memoryConn struct {
	net.Conn
	data *bytes.Reader
}

func (c memoryConn) Read(into []byte) (int, error)  { return c.data.Read(into) }
func (c memoryConn) Write(data []byte) (int, error) { return len(data), nil }

const fuzzPassword = "not-for-any-log"

// fuzzProbe feeds bytes to a probe as the server's side of the connection.
func fuzzProbe(f *testing.F, spec probeSpec, seeds [][]byte, run func(*probeConn, probeSpec) (probeAnswer, error)) {
	spec.Password = fuzzPassword
	f.Add([]byte{})
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := newProbeConn(memoryConn{data: bytes.NewReader(data)}, spec.Password)
		answer, err := run(conn, spec)
		if err != nil {
			answer.Saw = err.Error()
		}
		checkSaw(t, spec, answer)
	})
}
