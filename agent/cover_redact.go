package main

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
)

const redacted = "[redacted]"

// shortestHidden keeps short values of variables from being replaced everywhere.
const shortestHidden = 4

// redactor replaces what may be secret before text leaves the machine. Its rules are those of `packages/seatrial/src/coverage/redaction`:
// protocol/golden/coverage/redaction.json holds for both.
type redactor struct {
	// known are values of the environment, in all forms that they are written in.
	known *strings.Replacer
}

func newRedactor(environ []string) *redactor {
	var secrets []string
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if looksSecret(name) {
			secrets = append(secrets, formsOf(value)...)
		}
		if address, err := url.Parse(value); err == nil && address.User != nil {
			password, _ := address.User.Password()
			secrets = append(secrets, formsOf(password)...)
		}
	}
	// The longest first: one may contain another.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, secret := range secrets {
		pairs = append(pairs, secret, redacted)
	}
	return &redactor{strings.NewReplacer(pairs...)}
}

// textLength is the length as programs in JavaScript count it: the rules are to be the same.
func textLength(text string) int { return len(utf16.Encode([]rune(text))) }

// inURL leaves what browsers and programs in JavaScript do not encode.
var inURL = strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")

// formsOf are a value and what it looks like in JSON, URLs and base64, and each of its longer lines.
func formsOf(secret string) (forms []string) {
	if secret == "true" || secret == "false" {
		return nil
	}
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(secret)
	inQuotes := strings.TrimSpace(quoted.String())
	all := []string{
		secret, inQuotes[1 : len(inQuotes)-1], inURL.Replace(encodeKey(secret, false)), base64.RawStdEncoding.EncodeToString([]byte(secret)),
	}
	for line := range strings.SplitSeq(secret, "\n") {
		if line = strings.TrimSuffix(line, "\r"); textLength(line) >= 2*shortestHidden {
			all = append(all, line)
		}
	}
	for _, form := range all {
		if textLength(form) >= shortestHidden {
			forms = append(forms, form)
		}
	}
	return forms
}

// argv replaces the values of flags whose names look secret, whether joined by `=` or in the next word, and what text finds.
// A value may begin with a dash, as tokens do; a word with two, or a short flag, is the next flag.
func (r *redactor) argv(argv []string) []string {
	clean := make([]string, len(argv))
	valueIsSecret := false
	for i, word := range argv {
		name, _, hasValue := strings.Cut(word, "=")
		secret := i > 0 && isPlainName(name) && looksSecret(name)
		isValue := valueIsSecret && !isSurelyFlag(word)
		// What was taken for a value may be a flag after all, such as -token of Go: its own value is replaced, too.
		valueIsSecret = strings.HasPrefix(word, "-") && secret && !hasValue
		if isValue {
			clean[i] = redacted
			continue
		}
		if secret && hasValue {
			clean[i] = name + "=" + redacted
			continue
		}
		clean[i] = r.text(word)
	}
	return clean
}

// isSurelyFlag reports whether a word cannot be the value of the flag before it: --long, or -x.
func isSurelyFlag(word string) bool {
	return strings.HasPrefix(word, "--") || len(word) == 2 && word[0] == '-' && unicode.IsLetter(rune(word[1]))
}

// text replaces known secrets, users and passwords of URLs, values with secret names, and what is known to be a token by its form.
func (r *redactor) text(text string) string {
	text = r.known.Replace(text)
	patterns := redactPatterns()
	for _, known := range patterns.whole {
		text = known.ReplaceAllString(text, "${1}"+redacted+"${2}")
	}
	for _, name := range patterns.names {
		text = replacePairs(text, name)
	}
	return text
}

// replacePairs replaces the values that follow secret names; the value of another name may itself hold such pairs.
func replacePairs(text string, name *regexp.Regexp) string {
	var clean strings.Builder
	done := 0
	for _, at := range name.FindAllStringSubmatchIndex(text, -1) {
		if at[0] < done || !looksSecret(text[at[2]:at[3]]) {
			continue
		}
		length := valueLength(text[at[1]:])
		if isHeader(text[at[2]:at[3]]) {
			length = len(text) - at[1]
		}
		if length > 0 {
			clean.WriteString(text[done:at[1]] + redacted)
			done = at[1] + length
		}
	}
	clean.WriteString(text[done:])
	return clean.String()
}

// isHeader reports whether a name's value has parts of its own, such as a scheme and a token, or several cookies: where it ends
// is not known, so that all that follows goes with it.
func isHeader(name string) bool {
	return slices.ContainsFunc(nameWords(name), func(word string) bool { return word == "authorization" || word == "cookie" })
}

// valueLength is how much of text is the value that it begins with: what is in quotes, else all up to what parts values.
func valueLength(text string) int {
	if text != "" && (text[0] == '"' || text[0] == '\'') {
		if end := strings.IndexByte(text[1:], text[0]); end >= 0 {
			return end + 2
		}
		return len(text)
	}
	if end := strings.IndexAny(text, " \t\r\n&;,\"'}"); end >= 0 {
		return end
	}
	return len(text)
}

type patterns struct{ whole, names []*regexp.Regexp }

var redactPatterns = sync.OnceValue(func() patterns {
	compile := func(expressions ...string) (compiled []*regexp.Regexp) {
		for _, expression := range expressions {
			compiled = append(compiled, regexp.MustCompile(expression))
		}
		return compiled
	}
	return patterns{
		whole: compile(
			// user:password@ of a URL; a password may hold slashes that should have been escaped.
			`(://)[^\s"'/?#@:]*:[^\s"']*(@)`,
			`(://)[^\s"'/?#@:]+(@)`,
			// The same in the data source names of MySQL.
			`()[^\s"'/@:=]+:[^\s"']*(@[a-z0-9]+\()`,
			`(\b(?i:bearer|basic|digest)\s+)[A-Za-z0-9._~+/=-]{8,}()`,
			`(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*()`,
			`()\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?()`,
			`()\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk_live_|AKIA|ASIA|AIza)[A-Za-z0-9_-]{12,}()`,
		),
		names: compile(
			`([\w.-]+)["'\]]?\s*=\s*`,
			`([\w.-]+)["'\]]?\s*:\s*`,
		),
	}
})

var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-{0,2}[\w.-]+$`) })

func isPlainName(name string) bool { return plainName().MatchString(name) }

var secretWords = []string{"key", "keys", "pass", "pwd", "pw", "auth", "authorization", "cookie", "sas", "sig", "signature", "salt", "jwt", "dsn"}

var secretParts = []string{"token", "secret", "passw", "passphrase", "credential", "apikey", "accesskey", "privatekey", "connectionstring", "accountkey"}

// looksSecret judges the name of a flag, variable or field.
func looksSecret(name string) bool {
	words := nameWords(name)
	joined := strings.Join(words, "")
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(secretWords, word) }) ||
		slices.ContainsFunc(secretParts, func(part string) bool { return strings.Contains(joined, part) })
}

// nameWords are the words of --api-key, API_KEY and apiKey, in lower case.
func nameWords(name string) []string {
	var split strings.Builder
	wasLower := false
	for _, c := range name {
		if wasLower && unicode.IsUpper(c) {
			split.WriteByte(' ')
		}
		wasLower = unicode.IsLower(c)
		split.WriteRune(unicode.ToLower(c))
	}
	return strings.FieldsFunc(split.String(), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}
