/** A module of two commands that share a package, and tests of it. Go leaves profiles of it whose figures its own tool then says. */
export const GO_MODULE: Record<string, string> = {
  "go.mod": "module example.com/oracle\n\ngo 1.20\n",
  "lib/lib.go": `package lib

import "strings"

type Name string

// Literals outside of functions have no name in Go's tables.
var shout = func(text string) string {
	if text == "" {
		return "?"
	}
	return strings.ToUpper(text) + "!"
}

func (n Name) Loud() string { return shout(string(n)) }

func (n *Name) Set(text string) {
	*n = Name(text)
}

func Sum(numbers ...int) (sum int) {
	for _, number := range numbers {
		switch {
		case number < 0:
			sum -= number
		case number > 100:
			func() {
				sum += 100
			}()
		default:
			sum += number
		}
	}
	return
}

func Never() int { return 1 }

func Empty() {}

func Map[K comparable, V any](in map[K]V, keep func(K) bool) []V {
	var out []V
	for key, value := range in {
		if keep(key) {
			out = append(out, value)
		}
	}
	return out
}
`,
  "lib/lib_test.go": `package lib

import "testing"

func TestSum(t *testing.T) {
	if Sum(1, -2, 300) != 103 {
		t.Fatal()
	}
}

func TestLoud(t *testing.T) {
	var name Name
	name.Set("a")
	if name.Loud() != "A!" {
		t.Fatal()
	}
}
`,
  "empty/empty.go": "package empty\n\nconst Nothing = 0\n",
  "empty/void/void.go": "package void\n\nfunc Void() {}\n",
  "cmd/app/main.go": `package main

import (
	"fmt"
	"os"
	"runtime/coverage"

	"example.com/oracle/empty/void"
	"example.com/oracle/lib"
)

func init() { void.Void() }

func main() {
	for _, word := range os.Args[1:] {
		switch word {
		case "loud":
			fmt.Println(lib.Name("x").Loud())
		case "map":
			fmt.Println(lib.Map(map[int]int{1: 2, 3: 4}, func(key int) bool { return key > 1 }))
		case "snapshot":
			if err := coverage.WriteCountersDir(os.Getenv("GOCOVERDIR")); err != nil {
				panic(err)
			}
		case "exit":
			os.Exit(3)
		default:
			for range make([]struct{}, 1000) {
				lib.Sum(1, 2, -3, 1000)
			}
		}
	}
}
`,
  "cmd/other/main.go": `package main

import "example.com/oracle/lib"

func main() {
	lib.Empty()
	println(lib.Sum(7))
}
`,
};

/** Builds it in every mode, and leaves profiles in \`profiles/\`: of runs, of another command and of tests, each in a folder. */
export const LEAVE_PROFILES = `
for mode in set count atomic; do
  flags="-cover -covermode=$mode -coverpkg=./..."
  go build $flags -o $mode-app ./cmd/app
  go build $flags -o $mode-other ./cmd/other
  go test -c $flags -o $mode-test ./lib
  for folder in app other tests; do mkdir -p profiles/$mode/$folder; done
  GOCOVERDIR=profiles/$mode/app ./$mode-app
  GOCOVERDIR=profiles/$mode/app ./$mode-app loud loud many
  GOCOVERDIR=profiles/$mode/app ./$mode-app map many exit || test $? = 3
  GOCOVERDIR=profiles/$mode/other ./$mode-other
  ./$mode-test -test.gocoverdir=profiles/$mode/tests
  ./$mode-test -test.run=Loud -test.gocoverdir=profiles/$mode/tests
done
mkdir profiles/snapshots profiles/once
GOCOVERDIR=profiles/snapshots ./atomic-app loud snapshot loud snapshot many
GOCOVERDIR=profiles/once ./atomic-app loud loud many
`;
