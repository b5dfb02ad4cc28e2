package space

import (
	"os/exec"
	"testing"
)

func TestTheSourceIsFormattedAndVetted(t *testing.T) {
	if output, err := exec.Command("gofmt", "-l", ".").CombinedOutput(); err != nil || len(output) > 0 {
		t.Errorf("gofmt would change %s (%v)", output, err)
	}
	// With the tag it is all of the source: no file is there without it alone.
	if output, err := exec.Command("go", "vet", "-tags", "real", ".", "./testdata/scenarios").CombinedOutput(); err != nil {
		t.Errorf("go vet: %v: %s", err, output)
	}
}

func TestItNeedsTheStandardLibraryOnly(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").CombinedOutput()
	if err != nil || string(output) != "seatrial.dev/space\n" {
		t.Errorf("it needs %s (%v)", output, err)
	}
}
