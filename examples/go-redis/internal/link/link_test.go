//go:build !integration

package link

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestAddressesAreCleaned(t *testing.T) {
	// The table lies beside the package: the test runs in the package's folder of the image.
	file, err := os.Open("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	rows := 0
	for lines.Scan() {
		given, want, found := strings.Cut(lines.Text(), " -> ")
		if !found {
			continue
		}
		rows++
		t.Run(given, func(t *testing.T) {
			got, err := New(given)
			if err != nil {
				t.Fatal(err)
			}
			if got.Address != want {
				t.Errorf("got %s, want %s", got.Address, want)
			}
		})
	}
	if rows == 0 {
		t.Fatal("testdata/addresses.txt holds no rows")
	}
}

func TestBadAddressesAreRefused(t *testing.T) {
	for address, want := range map[string]error{
		"":                     ErrNotAbsolute,
		"/only/a/path":         ErrNotAbsolute,
		"ftp://example.com/a":  ErrScheme,
		"javascript://alert/1": ErrScheme,
	} {
		if _, err := New(address); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", address, err, want)
		}
	}
}

func TestCodesAreStableAndReadable(t *testing.T) {
	a, _ := New("https://example.com/a")
	again, _ := New("HTTPS://EXAMPLE.com:443/a#part")
	b, _ := New("https://example.com/b")
	if a.Code != again.Code {
		t.Errorf("one address has two codes: %s and %s", a.Code, again.Code)
	}
	if a.Code == b.Code {
		t.Errorf("two addresses share the code %s", a.Code)
	}
	if len(a.Code) != CodeLength || strings.ContainsAny(a.Code, "01lo") {
		t.Errorf("%s is not %d readable characters", a.Code, CodeLength)
	}
}
