//go:build !integration

package migrations

import (
	"fmt"
	"strings"
	"testing"
)

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	for i, name := range Names() {
		if !strings.HasPrefix(name, fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("%s is the one at place %d", name, i+1)
		}
	}
}
