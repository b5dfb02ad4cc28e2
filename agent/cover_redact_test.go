package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// goldenRedaction holds for the command lines of runs, too.
type goldenRedaction struct {
	Names        struct{ Secret, Plain []string }
	Environment  map[string]string
	CommandLines []struct{ Given, Is []string }
}

func readGoldenRedaction(t *testing.T) (golden goldenRedaction) {
	t.Helper()
	if err := json.Unmarshal(mustRead(t, "../protocol/golden/coverage/redaction.json"), &golden); err != nil {
		t.Fatal(err)
	}
	return golden
}

func TestSecretsInCommandLinesAreReplaced(t *testing.T) {
	golden := readGoldenRedaction(t)
	var environ []string
	for name, value := range golden.Environment {
		environ = append(environ, name+"="+value)
	}
	r := newRedactor(environ)
	for _, each := range golden.CommandLines {
		if got := r.argv(each.Given); !slices.Equal(got, each.Is) {
			t.Errorf("%q became %q, not %q", each.Given, got, each.Is)
		}
	}
	if len(golden.CommandLines) < 20 {
		t.Error("there are few cases")
	}
}

func TestNamesOfSecretsAreKnown(t *testing.T) {
	golden := readGoldenRedaction(t)
	for _, name := range golden.Names.Secret {
		if !looksSecret(name) {
			t.Errorf("%s", name)
		}
	}
	for _, name := range golden.Names.Plain {
		if looksSecret(name) {
			t.Errorf("%s", name)
		}
	}
}

func TestRedactionEndsForLongText(t *testing.T) {
	r := newRedactor(nil)
	long := strings.Repeat("a=b:c=", 100_000)
	if got := r.text(long); got != long {
		t.Errorf("it is changed")
	}
}

func TestNamesOfUnitsFitKeys(t *testing.T) {
	for given, want := range map[string]string{
		"orders": "orders", "a b/c": "a-b-c", "-x": "x", "..": "none", "": "none", "été": "t-", strings.Repeat("x", 300): strings.Repeat("x", 100), "ci_4711.2-b": "ci_4711.2-b",
	} {
		if got := unitName(given, "none"); got != want {
			t.Errorf("%q became %q, not %q", given, got, want)
		}
	}
}

func TestDestinationsAreNamedWithoutSecrets(t *testing.T) {
	for given, want := range map[string]string{
		"https://user:pw@host/x/?sig=abc": "https://host/x", "s3://bucket/prefix": "s3://bucket/prefix", "/mnt/x/": "/mnt/x", "": "",
	} {
		if got := describeAddress(given); got != want {
			t.Errorf("%q became %q", given, got)
		}
	}
}
