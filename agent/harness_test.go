package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test program itself be the agent: `serve` as its only argument, as in a container, or `cover` as the first.
func TestMain(m *testing.M) {
	if (len(os.Args) == 2 && (os.Args[1] == "serve" || os.Args[1] == "version")) || (len(os.Args) > 1 && os.Args[1] == "cover") {
		main()
		return
	}
	flag.Parse()
	waitTogether()
	code := m.Run()
	coveredPrograms.remove()
	os.Exit(code)
}

// waitTogether lets more tests run at once than there are processors, unless somebody said how many: those that run beside others
// wait most of their time. What measures its own time or memory runs alone, before them.
func waitTogether() {
	const testsAtOnce = "8"
	isSaid := false
	flag.Visit(func(f *flag.Flag) { isSaid = isSaid || f.Name == "test.parallel" })
	if !isSaid {
		_ = flag.Set("test.parallel", testsAtOnce)
	}
}

const patience = 20 * time.Second

// agentUnderTest is an agent as a child process, and the owner's end of its connection.
type agentUnderTest struct {
	t      *testing.T
	cmd    *exec.Cmd
	conn   net.Conn
	client *http.Client
	// hangUp closes the agent's stdin.
	hangUp func()
	stderr *lockedBuffer
	exited chan struct{}
}

type lockedBuffer struct {
	mu      sync.Mutex
	written bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.Write(p)
}

func (b *lockedBuffer) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.written.String()
}

func startAgent(t *testing.T) *agentUnderTest { return startAgentIn(t, nil) }

// startFirstProcess starts the agent as PID 1 of a new pid namespace.
func startFirstProcess(t *testing.T) *agentUnderTest { return startAgentIn(t, newPidNamespace()) }

func newPidNamespace() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	if os.Getuid() != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return attributes
}

func startAgentIn(t *testing.T, attributes *syscall.SysProcAttr) *agentUnderTest {
	t.Helper()
	stdinRead, stdinWrite := mustPipe(t)
	stdoutRead, stdoutWrite := mustPipe(t)
	a := &agentUnderTest{t: t, stderr: &lockedBuffer{}, exited: make(chan struct{})}
	a.cmd = exec.Command(os.Args[0], "serve")
	a.cmd.Stdin, a.cmd.Stdout, a.cmd.Stderr = stdinRead, stdoutWrite, a.stderr
	a.cmd.SysProcAttr = attributes
	if err := a.cmd.Start(); err != nil {
		t.Fatalf("the agent does not start: %v", err)
	}
	stdinRead.Close()
	stdoutWrite.Close()
	go func() {
		_ = a.cmd.Wait()
		close(a.exited)
	}()
	conn := &stdioConn{in: stdoutRead, out: stdinWrite, closed: make(chan struct{})}
	a.conn = conn
	a.hangUp = func() { conn.Close() }
	a.client = clientOver(conn)
	t.Cleanup(func() {
		a.hangUp()
		a.waitForExit()
		if t.Failed() && a.stderr.text() != "" {
			t.Logf("the agent's stderr:\n%s", a.stderr.text())
		}
	})
	return a
}

func mustPipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return read, write
}

// clientOver is Go's own HTTP/2 client with prior knowledge over one connection.
func clientOver(conn net.Conn) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{
		Protocols:          protocols,
		DisableCompression: true,
		DialContext:        func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}}
}

// serveInProcess answers the protocol from within the test's own process.
func serveInProcess(t *testing.T) *http.Client {
	t.Helper()
	return clientOver(serveOnPipe(t, usualLiveness))
}

func serveOnPipe(t *testing.T, alive liveness) (ours net.Conn) {
	t.Helper()
	ours, theirs := net.Pipe()
	listener := newOneConnection(&stdioConn{closed: make(chan struct{})})
	server := newServer(log.New(io.Discard, "", 0), alive)
	go func() { _ = server.Serve(&pipeListener{oneConnection: listener, conn: theirs}) }()
	t.Cleanup(func() { ours.Close() })
	return ours
}

// pipeListener hands out one end of a pipe.
type pipeListener struct {
	*oneConnection
	conn net.Conn
	once sync.Once
}

func (l *pipeListener) Accept() (conn net.Conn, err error) {
	l.once.Do(func() { conn = l.conn })
	if conn != nil {
		return conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (a *agentUnderTest) waitForExit() int {
	a.t.Helper()
	select {
	case <-a.exited:
	case <-time.After(patience):
		_ = a.cmd.Process.Kill()
		a.t.Fatalf("the agent has not ended; stderr: %s", a.stderr.text())
	}
	return a.cmd.ProcessState.ExitCode()
}

// call makes one request and decodes the JSON answer into `into`, if there is one to be had.
func call(t *testing.T, client *http.Client, method, path string, body io.Reader, into any) (int, failure) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://agent"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	var failed failure
	if response.StatusCode >= 400 {
		if err := json.Unmarshal(content, &failed); err != nil {
			t.Fatalf("%s %s: status %d without an error: %q", method, path, response.StatusCode, content)
		}
	} else if into != nil {
		if err := json.Unmarshal(content, into); err != nil {
			t.Fatalf("%s %s: %v in %q", method, path, err, content)
		}
	}
	return response.StatusCode, failed
}

// runningProcess is the owner's side of a framed request.
type runningProcess struct {
	t        *testing.T
	response *http.Response
	frames   *frameReader
	out      *frameWriter
	endWrite func()
	pid      int
}

// reset ends the stream as an owner does that wants nothing more of it.
func (p *runningProcess) reset() { p.response.Body.Close() }

// openFrames opens a framed request; its first frames may be sent before the answer's head is there.
func openFrames(t *testing.T, client *http.Client, path string, first func(out *frameWriter)) *runningProcess {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	body, sink := io.Pipe()
	request, err := http.NewRequestWithContext(ctx, "POST", "http://agent"+path, body)
	if err != nil {
		t.Fatal(err)
	}
	p := &runningProcess{t: t, out: &frameWriter{sink: sink, flush: func() {}}, endWrite: func() { sink.Close() }}
	if first != nil {
		go first(p.out)
	}
	if p.response, err = client.Do(request); err != nil {
		t.Fatalf("POST %s: %v", path, err)
	}
	t.Cleanup(func() { p.response.Body.Close() })
	p.frames = newFrameReader(p.response.Body, frameStarted, frameStdout, frameStderr, frameExit, frameFailed, frameData, frameDataEnd)
	return p
}

func startRunning(t *testing.T, client *http.Client, spec processSpec) *runningProcess {
	t.Helper()
	p := openFrames(t, client, "/v1/processes", func(out *frameWriter) { _ = out.sendJSON(frameSpec, spec) })
	if p.response.StatusCode != http.StatusOK {
		content, _ := io.ReadAll(p.response.Body)
		t.Fatalf("%v does not start: %s", spec.Argv, content)
	}
	first := p.next()
	var started startedMessage
	if err := json.Unmarshal(first.payload, &started); err != nil || first.kind != frameStarted {
		t.Fatalf("the first frame is %d %q", first.kind, first.payload)
	}
	p.pid = started.PID
	return p
}

func (p *runningProcess) next() frame {
	p.t.Helper()
	type result struct {
		frame frame
		err   error
	}
	came := make(chan result, 1)
	go func() {
		next, err := p.frames.next()
		came <- result{next, err}
	}()
	select {
	case r := <-came:
		if r.err != nil {
			p.t.Fatalf("no further frame: %v", r.err)
		}
		return r.frame
	case <-time.After(patience):
		p.t.Fatal("no further frame in time")
		return frame{}
	}
}

// finished is a process's whole output and its exit.
type finished struct {
	stdout, stderr string
	exit           processExit
}

func (f finished) code() int {
	if f.exit.Code == nil {
		return -1
	}
	return *f.exit.Code
}

func (f finished) signal() string {
	if f.exit.Signal == nil {
		return ""
	}
	return *f.exit.Signal
}

func (p *runningProcess) finish() finished {
	p.t.Helper()
	var f finished
	for {
		next := p.next()
		switch next.kind {
		case frameStdout:
			f.stdout += string(next.payload)
		case frameStderr:
			f.stderr += string(next.payload)
		case frameExit:
			if err := json.Unmarshal(next.payload, &f.exit); err != nil {
				p.t.Fatal(err)
			}
			if _, err := p.frames.next(); err != io.EOF {
				p.t.Fatalf("something follows the exit: %v", err)
			}
			return f
		default:
			p.t.Fatalf("frame %d: %s", next.kind, next.payload)
		}
	}
}

// waitForLine reads output until it holds the text.
func (p *runningProcess) waitForLine(text string) string {
	p.t.Helper()
	seen := ""
	for !strings.Contains(seen, text) {
		next := p.next()
		if next.kind != frameStdout && next.kind != frameStderr {
			p.t.Fatalf("frame %d %q while waiting for %q, after %q", next.kind, next.payload, text, seen)
		}
		seen += string(next.payload)
	}
	return seen
}

func (p *runningProcess) send(kind frameKind, message any) {
	p.t.Helper()
	var err error
	if data, isBytes := message.([]byte); isBytes {
		err = p.out.send(kind, data)
	} else {
		err = p.out.sendJSON(kind, message)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func run(t *testing.T, client *http.Client, spec processSpec) finished {
	t.Helper()
	return startRunning(t, client, spec).finish()
}

func sh(script string) processSpec { return processSpec{Argv: []string{"/bin/sh", "-c", script}} }

// eventually waits until the claim holds.
func eventually(t *testing.T, what string, claim func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !claim(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func isAlive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
