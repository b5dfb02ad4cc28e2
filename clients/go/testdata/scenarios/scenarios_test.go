// Package scenarios has tests as users write them, some of which fail on purpose. The client's own tests run them.
package scenarios

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seatrial.dev/space"
)

func TestMain(m *testing.M) {
	if os.Getenv("SCENARIO_MAIN") == "" {
		os.Exit(m.Run())
	}
	shared, err := space.Acquire(context.Background(), "postgres")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	if err := shared.Release(context.Background(), space.Passed); err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

func TestPasses(t *testing.T) {
	s := space.New(t, "postgres")
	t.Cleanup(func() { fmt.Println("closed what used", s.ID) })
	if !slices.ContainsFunc(s.Env(), func(v string) bool { return strings.HasSuffix(v, s.Host()) }) {
		t.Errorf("%s is not in %v", s.Host(), s.Env())
	}
}

func TestFails(t *testing.T) {
	space.New(t, "postgres")
	t.Error("want 3 orders, got 2")
}

func TestFailsInASubtest(t *testing.T) {
	space.New(t, "postgres")
	t.Run("one", func(t *testing.T) { space.New(t, "postgres") })
	t.Run("two", func(t *testing.T) { t.Fatal("no") })
}

func TestSkips(t *testing.T) {
	space.New(t, "postgres")
	t.Skip("not today")
}

func TestPanics(t *testing.T) {
	space.New(t, "postgres")
	panic("oh no")
}

func TestExits(t *testing.T) {
	space.New(t, "postgres")
	os.Exit(3)
}

func TestHangs(t *testing.T) {
	space.New(t, "postgres")
	fmt.Println("hangs now")
	time.Sleep(time.Hour)
}

func TestHasNoSuchValue(t *testing.T) { space.New(t, "postgres").Value("zoo") }

func TestHasNoSuchFile(t *testing.T) { space.New(t, "postgres").File("zoo.yaml") }

func TestAsksForWhatIsNotDefined(t *testing.T) {
	space.New(t, "zoo")
	fmt.Println("never here")
}

func TestTakesTooLong(t *testing.T) {
	space.New(t, "postgres", space.TTL(time.Millisecond))
	time.Sleep(100 * time.Millisecond)
}

func TestIsKept(t *testing.T) {
	if err := space.New(t, "postgres").Keep(t.Context(), time.Minute); err != nil {
		t.Error(err)
	}
}

func TestParallel(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	for i := range 30 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			s := space.New(t, "postgres")
			mu.Lock()
			defer mu.Unlock()
			if seen[s.ID] {
				t.Errorf("%s is here twice", s.ID)
			}
			seen[s.ID] = true
		})
	}
}

func BenchmarkSpace(b *testing.B) {
	s := space.New(b, "postgres")
	for b.Loop() {
		_ = s.Host()
	}
}

func FuzzSpace(f *testing.F) {
	space.New(f, "postgres")
	f.Add("a")
	f.Fuzz(func(t *testing.T, text string) {
		if s := space.New(t, "postgres"); s.URL == text {
			t.Error("found the address")
		}
	})
}
