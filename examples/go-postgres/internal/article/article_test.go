//go:build !integration

package article

import (
	"errors"
	"strings"
	"testing"
)

func TestAnArticleIsBroughtIntoItsUsualForm(t *testing.T) {
	got, err := New(" bolt-m8 ", " Bolt M8 ", "4006381333931")
	if want := (Article{"BOLT-M8", "Bolt M8", "4006381333931"}); err != nil || got != want {
		t.Fatalf("got %v, %v; want %v", got, err, want)
	}
}

func TestWhatIsNoArticleIsRefused(t *testing.T) {
	for _, c := range []struct{ what, sku, name, barcode string }{
		{"no number", "", "Bolt", ""},
		{"a number of two words", "BOLT M8", "Bolt", ""},
		{"a number that ends with a dash", "BOLT-", "Bolt", ""},
		{"a number with two dashes", "BOLT--8", "Bolt", ""},
		{"a number without end", strings.Repeat("A", 41), "Bolt", ""},
		{"SQL in a number", "A'; DROP TABLE articles; --", "Bolt", ""},
		{"no name", "BOLT", " ", ""},
		{"a short barcode", "BOLT", "Bolt", "400638133393"},
		{"letters in a barcode", "BOLT", "Bolt", "40063813339X1"},
		{"a wrong digit", "BOLT", "Bolt", "4006381333932"},
		{"two digits in the wrong order", "BOLT", "Bolt", "4006381339331"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got, err := New(c.sku, c.name, c.barcode); !errors.Is(err, ErrInvalid) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func FuzzEveryArticleIsItsOwnUsualForm(f *testing.F) {
	f.Add("bolt-m8", "Bolt", "4006381333931")
	f.Add("", "x", "")
	f.Fuzz(func(t *testing.T, sku, name, barcode string) {
		first, err := New(sku, name, barcode)
		if err != nil {
			return
		}
		if second, err := New(first.SKU, first.Name, first.Barcode); err != nil || second != first {
			t.Errorf("%v becomes %v, %v", first, second, err)
		}
	})
}
