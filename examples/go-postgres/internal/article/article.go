// Package article knows what is traded: articles, their numbers and barcodes.
package article

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ErrInvalid is wrapped by everything that is wrong with what somebody wrote.
var ErrInvalid = errors.New("invalid article")

// Article is something that can be in stock.
type Article struct {
	SKU     string `json:"sku"`
	Name    string `json:"name"`
	Barcode string `json:"barcode,omitempty"`
}

var skuPattern = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)

// New checks an article and brings it into its usual form.
func New(sku, name, barcode string) (Article, error) {
	a := Article{SKU: strings.ToUpper(strings.TrimSpace(sku)), Name: strings.TrimSpace(name), Barcode: strings.TrimSpace(barcode)}
	if len(a.SKU) > 40 || !skuPattern.MatchString(a.SKU) {
		return Article{}, fmt.Errorf("%w: %q is no article number", ErrInvalid, sku)
	}
	if a.Name == "" {
		return Article{}, fmt.Errorf("%w: %s has no name", ErrInvalid, a.SKU)
	}
	if a.Barcode != "" && !isBarcode(a.Barcode) {
		return Article{}, fmt.Errorf("%w: %q is no barcode", ErrInvalid, a.Barcode)
	}
	return a, nil
}

// isBarcode is true for the 13 digits of an EAN whose last one fits the others.
func isBarcode(text string) bool {
	if len(text) != 13 {
		return false
	}
	sum := 0
	for i, r := range text {
		if r < '0' || r > '9' {
			return false
		}
		weight := 1 + 2*(i%2)
		sum += int(r-'0') * weight
	}
	return sum%10 == 0
}
