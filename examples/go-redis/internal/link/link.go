// Package link holds the links themselves: their addresses, cleaned, and the short codes that stand for them.
package link

import (
	"crypto/sha256"
	"errors"
	"net/url"
	"strings"
)

// CodeLength is the number of characters of a short code.
const CodeLength = 7

const alphabet = "23456789abcdefghijkmnpqrstuvwxyz"

// Errors of addresses that cannot be shortened.
var (
	ErrNotAbsolute = errors.New("the address has no scheme or no host")
	ErrScheme      = errors.New("only http and https addresses can be shortened")
)

// Link is a cleaned address and the code that stands for it.
type Link struct {
	Code    string
	Address string
}

// New cleans an address and derives its code. The same address always has the same code.
func New(address string) (Link, error) {
	cleaned, err := clean(address)
	if err != nil {
		return Link{}, err
	}
	return Link{Code: codeOf(cleaned), Address: cleaned}, nil
}

func clean(address string) (string, error) {
	parsed, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", err
	}
	if parsed.Scheme == "" || parsed.Host == "" {
		return "", ErrNotAbsolute
	}
	parsed.Scheme = strings.ToLower(parsed.Scheme)
	if parsed.Scheme != "http" && parsed.Scheme != "https" {
		return "", ErrScheme
	}
	parsed.Host = withoutDefaultPort(strings.ToLower(parsed.Host), parsed.Scheme)
	parsed.Fragment = ""
	if parsed.Path == "" {
		parsed.Path = "/"
	}
	return parsed.String(), nil
}

func withoutDefaultPort(host, scheme string) string {
	port := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return strings.TrimSuffix(host, port)
}

func codeOf(address string) string {
	sum := sha256.Sum256([]byte(address))
	code := make([]byte, CodeLength)
	for i := range code {
		code[i] = alphabet[int(sum[i])%len(alphabet)]
	}
	return string(code)
}
