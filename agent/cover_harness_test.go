package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// programs are built once, when the first test needs them.
type programs struct {
	mu     sync.Mutex
	folder string
	built  map[string]error
}

var coveredPrograms = &programs{built: map[string]error{}}

func (p *programs) remove() { os.RemoveAll(p.folder) }

// build builds what lies in a folder, with the given flags of go build.
func (p *programs) build(t *testing.T, name, folder string, flags ...string) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.folder == "" {
		made, err := os.MkdirTemp("", "agent-programs-")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(made, 0o755); err != nil {
			t.Fatal(err)
		}
		p.folder = made
	}
	path := filepath.Join(p.folder, name)
	if _, known := p.built[name]; !known {
		command := exec.Command("go", append(append([]string{"build", "-o", path}, flags...), ".")...)
		command.Dir = folder
		// As everything of Go here is built, so that the standard library is compiled once.
		command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-trimpath", "CGO_ENABLED=0")
		output, err := command.CombinedOutput()
		if err != nil {
			err = errors.New(string(output))
		}
		p.built[name] = err
	}
	if err := p.built[name]; err != nil {
		t.Fatalf("%s is not built: %v", name, err)
	}
	return path
}

func covered(t *testing.T) string {
	return coveredPrograms.build(t, "covered", "testdata/covered", "-cover", "-covermode=atomic")
}

func uncovered(t *testing.T) string {
	return coveredPrograms.build(t, "uncovered", "testdata/covered")
}

// realAgent is the agent as it is published, without the race detector.
func realAgent(t *testing.T) string {
	return coveredPrograms.build(t, "agent", ".", "-buildvcs=false", "-ldflags", "-s -w -buildid=")
}

// coverCase says how to run the wrapper.
type coverCase struct {
	flags []string
	argv  []string
	env   []string
	stdin string
	// attributes and program are those of the wrapper itself.
	attributes *syscall.SysProcAttr
	program    string
	dir        string
}

// coverUnderTest is a wrapper as a child process, with its destination.
type coverUnderTest struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr *lockedBuffer
	// to is the destination's folder, place where profiles wait.
	to, place, summaryFile string
	exited                 chan struct{}
	took                   time.Duration
}

func startCover(t *testing.T, c coverCase) *coverUnderTest {
	t.Helper()
	u := &coverUnderTest{
		t: t, stdout: &lockedBuffer{}, stderr: &lockedBuffer{}, to: t.TempDir(), place: t.TempDir(), exited: make(chan struct{}),
	}
	u.summaryFile = filepath.Join(t.TempDir(), "summary.json")
	program := c.program
	if program == "" {
		program = os.Args[0]
	}
	flags := []string{"cover", "--to", u.to, "--folder", u.place, "--summary", u.summaryFile, "--run", "r1", "--instance", "i1"}
	if flags = append(flags, c.flags...); len(c.argv) > 0 {
		flags = append(append(flags, "--"), c.argv...)
	}
	u.cmd = exec.Command(program, flags...)
	// The race detector would hold each wrapper up for a second at its end.
	u.cmd.Env = append(append(withoutCover(os.Environ()), "GORACE=atexit_sleep_ms=0"), c.env...)
	u.cmd.Stdin, u.cmd.Stdout, u.cmd.Stderr = strings.NewReader(c.stdin), u.stdout, u.stderr
	u.cmd.SysProcAttr, u.cmd.Dir = c.attributes, c.dir
	// A descendant that lives on must not keep the test waiting for its output.
	u.cmd.WaitDelay = 5 * time.Second
	started := time.Now()
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = u.cmd.Wait()
		u.took = time.Since(started)
		close(u.exited)
	}()
	t.Cleanup(func() {
		_ = u.cmd.Process.Kill()
		<-u.exited
		if t.Failed() {
			t.Logf("stdout: %s\nstderr: %s", u.stdout.text(), u.stderr.text())
		}
	})
	return u
}

func withoutCover(environ []string) (kept []string) {
	for _, entry := range environ {
		if !strings.HasPrefix(entry, "GOCOVERDIR=") && !strings.HasPrefix(entry, "SEATRIAL_COVER_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

func runCover(t *testing.T, c coverCase) *coverUnderTest {
	t.Helper()
	u := startCover(t, c)
	u.wait()
	return u
}

// wait returns the exit code as shells give it.
func (u *coverUnderTest) wait() int {
	u.t.Helper()
	select {
	case <-u.exited:
	case <-time.After(patience):
		u.t.Fatalf("the wrapper has not ended; stderr: %s", u.stderr.text())
	}
	return u.code()
}

func (u *coverUnderTest) code() int {
	status := u.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

func (u *coverUnderTest) waitForOutput(text string) {
	u.t.Helper()
	eventually(u.t, "output "+strconv.Quote(text), func() bool { return strings.Contains(u.stdout.text(), text) })
}

func (u *coverUnderTest) signal(sig syscall.Signal) {
	u.t.Helper()
	if err := u.cmd.Process.Signal(sig); err != nil {
		u.t.Fatal(err)
	}
}

func (u *coverUnderTest) wantCode(code int) {
	u.t.Helper()
	if got := u.wait(); got != code {
		u.t.Fatalf("the exit code is %d, not %d", got, code)
	}
}

// arrived is the one unit at the destination: its folder and its manifest. The files are as the manifest says.
func (u *coverUnderTest) arrived() (folder string, manifest unitManifest) {
	u.t.Helper()
	folder, manifest, found := findUnit(u.t, u.to)
	if !found {
		u.t.Fatal("no manifest arrived")
	}
	return folder, manifest
}

func findUnit(t *testing.T, to string) (folder string, manifest unitManifest, found bool) {
	t.Helper()
	_ = filepath.WalkDir(to, func(path string, _ fs.DirEntry, _ error) error {
		if filepath.Base(path) == "manifest.json" {
			folder, found = filepath.Dir(path), true
		}
		return nil
	})
	if !found {
		return "", manifest, false
	}
	if err := json.Unmarshal(mustRead(t, filepath.Join(folder, "manifest.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	for _, file := range manifest.Files {
		opened, err := openProfile(profileFile{path: "as it is", file: filepath.Join(folder, file.Path)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		opened.close()
		if opened.digest != file.Digest || opened.bytes != file.Bytes {
			t.Errorf("%s is not what the manifest says", file.Path)
		}
	}
	return folder, manifest, true
}

func (m unitManifest) count(prefix string) (count int) {
	for _, file := range m.Files {
		if strings.HasPrefix(file.Path, prefix) {
			count++
		}
	}
	return count
}

func (m unitManifest) problemCodes() string {
	var codes []string
	for _, problem := range m.Problems {
		codes = append(codes, problem.Code)
	}
	return strings.Join(codes, " ")
}

func (u *coverUnderTest) wantProblems(codes string) unitManifest {
	u.t.Helper()
	_, manifest := u.arrived()
	if got := manifest.problemCodes(); got != codes {
		u.t.Fatalf("the problems are %q, not %q: %+v", got, codes, manifest.Problems)
	}
	return manifest
}

func (u *coverUnderTest) summary() (s coverSummary) {
	u.t.Helper()
	if err := json.Unmarshal(mustRead(u.t, u.summaryFile), &s); err != nil {
		u.t.Fatal(err)
	}
	return s
}

// textfmt is what Go's own tool makes of a unit.
func textfmt(t *testing.T, unit string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "profile.txt")
	if output, err := exec.Command("go", "tool", "covdata", "textfmt", "-i="+filepath.Join(unit, "go"), "-o="+out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return string(mustRead(t, out))
}
