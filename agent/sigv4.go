package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// sigv4Scope is what a signature of AWS Signature Version 4 is for.
type sigv4Scope struct{ region, service string }

const sigv4Algorithm = "AWS4-HMAC-SHA256"

// signV4 signs all headers that the request has by now, its host, path and query. payload is the hex digest of its body.
// The path must be encoded already, as S3 wants it: once.
func signV4(method string, place *url.URL, header http.Header, keys awsKeys, scope sigv4Scope, payload string, now time.Time) {
	stamp := now.UTC().Format("20060102T150405Z")
	day := stamp[:8]
	header.Set("X-Amz-Date", stamp)
	if keys.token != "" {
		header.Set("X-Amz-Security-Token", keys.token)
	}
	names, lines := canonicalHeaders(place.Host, header)
	path := place.EscapedPath()
	if path == "" {
		path = "/"
	}
	canonical := strings.Join([]string{method, path, canonicalQuery(place.RawQuery), lines, names, payload}, "\n")
	whole := strings.Join([]string{day, scope.region, scope.service, "aws4_request"}, "/")
	digest := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{sigv4Algorithm, stamp, whole, hex.EncodeToString(digest[:])}, "\n")

	key := []byte("AWS4" + keys.secret)
	for _, part := range []string{day, scope.region, scope.service, "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	signature := hex.EncodeToString(hmacSHA256(key, toSign))
	header.Set("Authorization", fmt.Sprintf("%s Credential=%s/%s, SignedHeaders=%s, Signature=%s", sigv4Algorithm, keys.id, whole, names, signature))
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func canonicalHeaders(host string, header http.Header) (names, lines string) {
	values := map[string]string{"host": host}
	for name, given := range header {
		name = strings.ToLower(name)
		// What proxies change, and the signature itself.
		if name == "authorization" || name == "user-agent" {
			continue
		}
		trimmed := make([]string, len(given))
		for i, value := range given {
			trimmed[i] = strings.Join(strings.Fields(value), " ")
		}
		values[name] = strings.Join(trimmed, ",")
	}
	sorted := make([]string, 0, len(values))
	for name := range values {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		lines += name + ":" + values[name] + "\n"
	}
	return strings.Join(sorted, ";"), lines
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	parts := strings.Split(raw, "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		parts[i] = reencode(name) + "=" + reencode(value)
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}

func reencode(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	return encodeKey(plain, false)
}
