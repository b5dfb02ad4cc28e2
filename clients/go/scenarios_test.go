package space

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// scenarios compiles testdata/scenarios once.
var scenarios = sync.OnceValues(func() (string, error) {
	file := filepath.Join(os.TempDir(), fmt.Sprintf("scenarios-%d.test", os.Getpid()))
	output, err := exec.Command("go", "test", "-c", "-o", file, "./testdata/scenarios").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, output)
	}
	return file, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if file, err := scenarios(); err == nil {
		os.Remove(file)
	}
	os.Exit(code)
}

// command is one that runs tests of testdata/scenarios.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	file, err := scenarios()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(file, append([]string{"-test.v", "-test.fuzzcachedir", t.TempDir()}, args...)...)
	c.Dir = t.TempDir()
	return c
}

// ended runs a test of testdata/scenarios to whatever end.
func ended(t *testing.T, name string, args ...string) (output string, code int) {
	t.Helper()
	c := command(t, append([]string{"-test.run", "^" + name + "$"}, args...)...)
	content, _ := c.CombinedOutput()
	return string(content), c.ProcessState.ExitCode()
}

// lending makes the broker give out as many spaces as are asked for, and note what came of them.
func lending(t *testing.T, b *scriptedBroker) (outcomes func() map[string][]string) {
	var mu sync.Mutex
	given := map[string]string{}
	ends := map[string][]string{}
	isKept := false
	var message map[string]any
	golden(t, "space.postgres", &message)
	b.answers(func(a asked, w http.ResponseWriter) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := a.Body.(map[string]any)
		if a.Path == "/v1/spaces" {
			test := body["test"].(string)
			if body["space"] != "postgres" {
				e := goldenExchange(t, "error-not-defined")
				w.WriteHeader(e.Answer.Status)
				_, _ = w.Write(e.Answer.Body)
				return
			}
			id := fmt.Sprintf("lease-%d", len(given)+1)
			given[id] = test
			ends[test] = append(ends[test], "leased")
			ttl := time.Minute
			if ms, isSaid := body["ttl"].(float64); isSaid {
				ttl = time.Duration(ms) * time.Millisecond
			}
			answer := maps.Clone(message)
			// Another machine's clock.
			at := time.Now().Add(-time.Hour)
			answer["id"], answer["leasedAt"], answer["until"] = id, at, at.Add(ttl)
			w.WriteHeader(http.StatusCreated)
			_ = json.NewEncoder(w).Encode(answer)
			return
		}
		parts := strings.Split(a.Path, "/")
		id, verb := parts[3], parts[4]
		test := given[id]
		list := ends[test]
		if at := slices.Index(list, "leased"); verb == "release" && at >= 0 {
			list[at] = body["outcome"].(string)
		}
		summary := map[string]any{"id": id, "state": "draining"}
		isKept = isKept || verb == "keep"
		if isKept || slices.Contains(list, "failed") {
			summary["state"], summary["until"] = "kept", time.Now().Add(time.Minute)
		}
		_ = json.NewEncoder(w).Encode(summary)
	})
	return func() map[string][]string {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(ends)
	}
}

func TestATestEndsWithItsOutcome(t *testing.T) {
	const opened = "seatrial space open lease-1"
	for _, c := range []struct {
		test   string
		code   int
		says   []string
		silent []string
		ends   map[string][]string
	}{
		{test: "TestPasses", says: []string{"closed what used lease-1"}, silent: []string{opened},
			ends: map[string][]string{"TestPasses": {"passed"}}},
		{test: "TestFails", code: 1, says: []string{opened, "kept until"},
			ends: map[string][]string{"TestFails": {"failed"}}},
		{test: "TestFailsInASubtest", code: 1, says: []string{opened}, silent: []string{"open lease-2"},
			ends: map[string][]string{"TestFailsInASubtest": {"failed"}, "TestFailsInASubtest/one": {"passed"}}},
		{test: "TestSkips", silent: []string{opened}, ends: map[string][]string{"TestSkips": {"skipped"}}},
		{test: "TestPanics", code: 2, says: []string{opened, "oh no"}, ends: map[string][]string{"TestPanics": {"failed"}}},
		{test: "TestExits", code: 3, ends: map[string][]string{"TestExits": {"leased"}}},
		{test: "TestHasNoSuchValue", code: 1, ends: map[string][]string{"TestHasNoSuchValue": {"failed"}},
			says: []string{`a space of postgres has no value "zoo"; its values: host, name, password, port, url, user`}},
		{test: "TestHasNoSuchFile", code: 1, ends: map[string][]string{"TestHasNoSuchFile": {"failed"}},
			says: []string{`no file "zoo.yaml"; its files (`, "seatrial.yaml, without .tmpl): none"}},
		{test: "TestAsksForWhatIsNotDefined", code: 1, ends: map[string][]string{}, silent: []string{"never here"},
			says: []string{"no space of zoo for this test: ", "(SPACE_NOT_DEFINED)"}},
		{test: "TestTakesTooLong", code: 1, ends: map[string][]string{"TestTakesTooLong": {"passed"}},
			says: []string{"the space lease-1 of postgres ended before its test: it was given for 1ms"}},
		{test: "TestIsKept", says: []string{opened}, ends: map[string][]string{"TestIsKept": {"passed"}}},
	} {
		t.Run(c.test, func(t *testing.T) {
			b := newBroker(t)
			outcomes := lending(t, b)
			output, code := ended(t, c.test)
			if code != c.code {
				t.Errorf("it ends with %d", code)
			}
			ends := map[string][]string{}
			for test, list := range c.ends {
				ends["testdata/scenarios."+test] = list
			}
			if got := outcomes(); fmt.Sprint(got) != fmt.Sprint(ends) {
				t.Errorf("it ends as %v, not %v", got, ends)
			}
			for _, text := range c.says {
				if !strings.Contains(output, text) {
					t.Errorf("it does not say %q", text)
				}
			}
			for _, text := range c.silent {
				if strings.Contains(output, text) {
					t.Errorf("it says %q", text)
				}
			}
			if t.Failed() {
				t.Log(output)
			}
		})
	}
}

func TestLinesOfTheLogAreTheTests(t *testing.T) {
	lending(t, newBroker(t))
	for _, name := range []string{"TestFails", "TestHasNoSuchValue", "TestAsksForWhatIsNotDefined"} {
		output, _ := ended(t, name)
		for _, line := range strings.Split(output, "\n") {
			if strings.Contains(line, ".go:") && !strings.Contains(line, "scenarios_test.go:") {
				t.Errorf("%s: %q is no line of the test", name, line)
			}
		}
	}
}

func TestAFailedSpaceIsNotSaidToBeKeptWhenItIsNot(t *testing.T) {
	b := newBroker(t)
	b.answers(func(a asked, w http.ResponseWriter) {
		answer := goldenExchange(t, "acquire").Answer
		if strings.HasSuffix(a.Path, "/release") {
			answer = goldenExchange(t, "release-passed").Answer
		}
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	})
	output, _ := ended(t, "TestFails")
	if strings.Contains(output, "space open") || !strings.Contains(output, "is not kept") {
		t.Error(output)
	}
}

func TestATestWhoseSpaceCannotBeGivenBackFails(t *testing.T) {
	b := newBroker(t)
	b.answers(func(a asked, w http.ResponseWriter) {
		answer := goldenExchange(t, "acquire").Answer
		if strings.HasSuffix(a.Path, "/release") {
			answer = goldenExchange(t, "error-server-lost").Answer
		}
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	})
	if output, code := ended(t, "TestPasses"); code != 1 || !strings.Contains(output, "SPACE_SERVER_LOST") {
		t.Errorf("%d: %s", code, output)
	}
}

func TestWithoutABrokerATestFailsWithTheNextStep(t *testing.T) {
	t.Setenv(brokerVariable, "")
	output, code := ended(t, "TestPasses")
	if code != 1 || !strings.Contains(output, "`seatrial exec -- go test ./...`") {
		t.Errorf("%d: %s", code, output)
	}
}

func TestManyTestsOfAProcessShareASession(t *testing.T) {
	b := newBroker(t)
	outcomes := lending(t, b)
	t.Setenv("SCENARIO_MAIN", "1")
	output, code := ended(t, "TestParallel", "-test.parallel", "8", "-test.count", "3", "-test.bench", ".", "-test.benchtime", "10x")
	if code != 0 {
		t.Fatal(output)
	}
	if got := b.sessions.Load(); got != 1 {
		t.Errorf("%d sessions", got)
	}
	got := outcomes()
	for i := range 30 {
		name := fmt.Sprintf("testdata/scenarios.TestParallel/%d", i)
		if fmt.Sprint(got[name]) != "[passed passed passed]" {
			t.Errorf("%s ends as %v", name, got[name])
		}
	}
	if main := got["testdata/scenarios"]; fmt.Sprint(main) != "[passed]" {
		t.Errorf("TestMain's ends as %v", main)
	}
	for _, end := range got["testdata/scenarios.BenchmarkSpace"] {
		if end != "passed" {
			t.Errorf("a benchmark's ends as %v", end)
		}
	}
}

func TestFuzzTestsAndTheirWorkersHaveSpaces(t *testing.T) {
	b := newBroker(t)
	outcomes := lending(t, b)
	if output, code := ended(t, "FuzzSpace"); code != 0 {
		t.Fatal(output)
	}
	if got := fmt.Sprint(outcomes()); got != "map[testdata/scenarios.FuzzSpace:[passed] testdata/scenarios.FuzzSpace/seed#0:[passed]]" {
		t.Errorf("as a test it ends as %s", got)
	}
	output, code := ended(t, "FuzzSpace", "-test.fuzz", "FuzzSpace", "-test.fuzztime", "30x", "-test.parallel", "2")
	if code != 0 {
		t.Fatal(output)
	}
	if got := len(outcomes()["testdata/scenarios.FuzzSpace"]); got < 30 {
		t.Errorf("%d spaces for 30 inputs", got)
	}
}

func TestAKilledProcessGivesUpItsSession(t *testing.T) {
	b := newBroker(t)
	lending(t, b)
	lost := make(chan struct{})
	c := command(t, "-test.run", "^TestHangs$")
	b.answersSessions(func(w http.ResponseWriter) {
		fmt.Fprintln(w, `{"session":"session-1"}`)
		_ = http.NewResponseController(w).Flush()
		// Fails once nobody is there to read.
		for time.Sleep(10 * time.Millisecond); ; time.Sleep(10 * time.Millisecond) {
			if _, err := w.Write([]byte(" ")); err != nil || http.NewResponseController(w).Flush() != nil {
				close(lost)
				return
			}
		}
	})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a space is asked for", func() bool { return len(b.requests()) == 2 })
	select {
	case <-lost:
		t.Error("the session ended before the process")
	default:
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	select {
	case <-lost:
	case <-time.After(20 * time.Second):
		t.Error("the session goes on")
	}
}
