package main

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"
)

const longestUnitName = 100

// unitName makes text a part of a unit's key: 1 to 100 of A–Z a–z 0–9 . _ -, beginning with a letter or digit.
// It is `otherwise` when nothing of text is left.
func unitName(text, otherwise string) string {
	name := strings.Map(func(c rune) rune {
		if isLetterOrDigit(c) || c == '.' || c == '_' || c == '-' {
			return c
		}
		return '-'
	}, text)
	name = strings.TrimLeftFunc(name, func(c rune) bool { return !isLetterOrDigit(c) })
	name = name[:min(len(name), longestUnitName)]
	if name == "" {
		return otherwise
	}
	return name
}

func isLetterOrDigit(c rune) bool {
	return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9')
}

// newBoot names one start of a program. Names sort by time; the rest tells instances apart that share a host name, as
// those of serverless platforms do.
func newBoot(at time.Time) string {
	var random [4]byte
	_, _ = rand.Read(random[:])
	return at.UTC().Format(bootTimeForm) + "-" + hex.EncodeToString(random[:])
}

const bootTimeForm = "20060102-150405"

// bootTime is when a boot began, to the second; false for what is no name of one.
func bootTime(boot string) (began time.Time, isBoot bool) {
	day, rest, _ := strings.Cut(boot, "-")
	clock, random, _ := strings.Cut(rest, "-")
	began, err := time.Parse(bootTimeForm, day+"-"+clock)
	_, notHex := hex.DecodeString(random)
	return began, err == nil && notHex == nil && len(random) == 8
}
