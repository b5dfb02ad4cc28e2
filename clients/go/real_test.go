//go:build real

// Tests against a real broker over a server in memory: scripts/test-go-client.mjs starts it.
package space

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// listed are the spaces of a test that the broker knows of, by state and reason.
func listed(t *testing.T, test string) []string {
	t.Helper()
	c, err := processClient()
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Spaces []struct {
			State, Reason string
			Holder        struct{ Test string }
		}
	}
	if err := c.ask(t.Context(), http.MethodGet, "/v1/spaces", nil, &list); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, each := range list.Spaces {
		if each.Holder.Test == test && (each.State == "leased" || each.State == "kept") {
			found = append(found, strings.TrimSpace(each.State+" "+each.Reason))
		}
	}
	return found
}

func TestRealSpacesHaveAddressesAndFiles(t *testing.T) {
	first := New(t, "postgres")
	second := New(t, "orders", With(first), TTL(time.Minute))
	if first.Host() != "postgres" || first.Port() != "5432" || first.User() != first.Name() || first.Password() == "" {
		t.Errorf("its parts are %v", first.values)
	}
	if first.URL != first.Value("url") || !strings.Contains(fmt.Sprint(first.Env()), first.URL) {
		t.Errorf("its address is %s, its environment %v", first.URL, first.Env())
	}
	for text, file := range map[string]File{
		"url: " + first.URL + "\nname: " + first.Name() + "\n": first.File("app.yaml"),
		"":                                   first.File("more/empty.ini"),
		first.URL + "\n" + second.URL + "\n": second.File("both.ini"),
	} {
		info, err := os.Stat(file.Path)
		if err != nil {
			t.Error(err)
			continue
		}
		content, err := os.ReadFile(file.Path)
		if err != nil || string(content) != text || file.Text != text || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %q, %q, %v, %v", file.Name, content, file.Text, info.Mode(), err)
		}
	}
	if given := second.given(); given != time.Minute {
		t.Errorf("it was given for %v", given)
	}
	if err := second.Renew(t.Context(), 2*time.Minute); err != nil || second.given() < 2*time.Minute {
		t.Errorf("renewed for %v, %v", second.given(), err)
	}
}

func TestRealOutcomesDecideWhatBecomesOfSpaces(t *testing.T) {
	for test, want := range map[string]string{
		"TestPasses":       "[]",
		"TestSkips":        "[]",
		"TestFails":        "[kept failed]",
		"TestPanics":       "[kept failed]",
		"TestExits":        "[kept owner lost]",
		"TestTakesTooLong": "[kept time over]",
		"TestIsKept":       "[kept kept by hand]",
	} {
		output, _ := ended(t, test)
		eventually(t, fmt.Sprintf("%s leaves %s: %v\n%s", test, want, listed(t, "testdata/scenarios."+test), output), func() bool {
			return fmt.Sprint(listed(t, "testdata/scenarios."+test)) == want
		})
		if isSaid := strings.Contains(output, "seatrial space open"); isSaid != (test == "TestFails" || test == "TestPanics" || test == "TestIsKept") {
			t.Errorf("%s says: %s", test, output)
		}
	}
}

func TestRealSpacesEndWithAKilledProcess(t *testing.T) {
	c := command(t, "-test.run", "^TestHangs$")
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(20*time.Second, func() { _ = c.Process.Kill() }).Stop()
	// Leased is not enough: a space whose answer meets nobody any more is given back as if it had never been asked for.
	lines := bufio.NewScanner(output)
	hasIt := false
	for !hasIt && lines.Scan() {
		hasIt = lines.Text() == "hangs now"
	}
	const name = "testdata/scenarios.TestHangs"
	if got := fmt.Sprint(listed(t, name)); !hasIt || got != "[leased]" {
		t.Errorf("it has %s", got)
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	eventually(t, "it has lost it", func() bool { return fmt.Sprint(listed(t, name)) == "[kept owner lost]" })
}

func TestRealParallelTestsShareNothing(t *testing.T) {
	if output, code := ended(t, "TestParallel", "-test.parallel", "30", "-test.count", "5"); code != 0 {
		t.Error(output)
	}
	var mu sync.Mutex
	held := map[string]bool{}
	var users sync.WaitGroup
	for range 40 {
		users.Add(1)
		go func() {
			defer users.Done()
			for range 10 {
				s, err := Acquire(t.Context(), "postgres")
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				isShared := held[s.Name()]
				held[s.Name()] = true
				mu.Unlock()
				if isShared {
					t.Errorf("%s is somebody else's", s.Name())
				}
				mu.Lock()
				delete(held, s.Name())
				mu.Unlock()
				if err := s.Release(t.Context(), Passed); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	users.Wait()
}

func TestRealWaitingEndsInTimeAndLeavesNothing(t *testing.T) {
	only, err := Acquire(t.Context(), "single")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Acquire(t.Context(), "single", Wait(30*time.Millisecond))
	if codeOf(err) != "SPACE_WAIT_OVER" || !strings.Contains(err.Error(), "space") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := Acquire(ctx, "single"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := only.Release(t.Context(), Passed); err != nil {
		t.Fatal(err)
	}
	// It would be in vain if the one who gave up had got it.
	next, err := Acquire(t.Context(), "single", Wait(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Release(t.Context(), Unknown); err != nil {
		t.Error(err)
	}
}

func TestRealFailuresAreInTheBrokersWords(t *testing.T) {
	_, err := Acquire(t.Context(), "zoo")
	if codeOf(err) != "SPACE_NOT_DEFINED" || !strings.Contains(err.Error(), "single") {
		t.Errorf("got %v", err)
	}
	_, err = Acquire(t.Context(), "broken")
	if codeOf(err) != "TEMPLATE_FAILED" || !strings.Contains(err.Error(), "\n  relation customers does not exist") {
		t.Errorf("got %v", err)
	}
	t.Setenv(tokenVariable, "wrong")
	if _, err = Acquire(t.Context(), "postgres"); codeOf(err) != "SPACE_UNAUTHORIZED" {
		t.Errorf("got %v", err)
	}
}
