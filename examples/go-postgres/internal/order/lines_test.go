//go:build !integration

package order

import (
	"errors"
	"slices"
	"testing"
)

func TestLinesOfOneArticleAreAddedUp(t *testing.T) {
	got, err := merge([]Line{{"NUT", 2}, {"BOLT", 1}, {"NUT", 3}})
	if want := []Line{{"BOLT", 1}, {"NUT", 5}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestAnOrderOfNothingIsRefused(t *testing.T) {
	for _, lines := range [][]Line{nil, {}, {{"NUT", 0}}, {{"NUT", 5}, {"BOLT", -1}}} {
		if got, err := merge(lines); !errors.Is(err, ErrEmpty) {
			t.Errorf("%v becomes %v, %v", lines, got, err)
		}
	}
}
