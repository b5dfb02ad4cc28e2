package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSecretsInCommandLinesAreReplaced(t *testing.T) {
	r := newRedactor([]string{"DB_PASSWORD=correct horse", "HOME=/root", "TOKEN=abc", "DATABASE_URL=postgres://u:battery@db/x", "API_TOKEN=staple77"})
	for _, c := range []struct{ given, want []string }{
		{[]string{"/app", "--token", "t0k3n", "--port", "80"}, []string{"/app", "--token", "***", "--port", "80"}},
		{[]string{"/app", "-api-key=x", "--clientSecret=a b", "DB_PASS=p"}, []string{"/app", "-api-key=***", "--clientSecret=***", "DB_PASS=***"}},
		{[]string{"/app", "--no-password", "--verbose", "x"}, []string{"/app", "--no-password", "--verbose", "x"}},
		{[]string{"/app", "--url=https://user:pa/ss@host/x?a=b"}, []string{"/app", "--url=https://***@host/x?a=b"}},
		{[]string{"/app", "https://token@host/x", "http://host:80/x"}, []string{"/app", "https://***@host/x", "http://host:80/x"}},
		{[]string{"/app", "https://host/x?b=1&sig=a%2Bb&c=2"}, []string{"/app", "https://host/x?b=1&sig=***&c=2"}},
		{[]string{"/app", "root:hunter2@tcp(db:3306)/x"}, []string{"/app", "***@tcp(db:3306)/x"}},
		{[]string{"/app", "host=db password='a b' dbname=x"}, []string{"/app", "host=db password=*** dbname=x"}},
		{[]string{"/app", `{"user": "u", "password": "p w"}`}, []string{"/app", `{"user": "u", "password": ***}`}},
		{[]string{"curl", "-H", "Authorization: Bearer abcdefgh123"}, []string{"curl", "-H", "Authorization: ***"}},
		{[]string{"curl", "-H", "Authorization: Token 0123abcd", "http://x/"}, []string{"curl", "-H", "Authorization: ***", "http://x/"}},
		{[]string{"curl", "--header=Cookie: theme=dark; sid=SECRET", "-v"}, []string{"curl", "--header=Cookie: ***", "-v"}},
		{[]string{"/app", "--token", "-AbC123", "-token", "-key", "k3y", "x"}, []string{"/app", "--token", "***", "-token", "***", "***", "x"}},
		{[]string{"/app", "--use-token", "-v", "--no-key", "--port", "80"}, []string{"/app", "--use-token", "-v", "--no-key", "--port", "80"}},
		{[]string{"/app", "x-correct horse-y", "battery", "staple77"}, []string{"/app", "x-***-y", "***", "***"}},
		{[]string{"/app", "ghp_0123456789abcdef0123"}, []string{"/app", "***"}},
		{[]string{"/app", "--opts=a=b,password=c=d"}, []string{"/app", "--opts=a=b,password=***"}},
		{[]string{"/app", "-----BEGIN RSA PRIVATE KEY-----\nabc"}, []string{"/app", "-----BEGIN RSA PRIVATE KEY-----***"}},
		{[]string{"/app", "--keyspace", "shop", "--monkey", "abc", "/root"}, []string{"/app", "--keyspace", "shop", "--monkey", "abc", "/root"}},
		{[]string{"/app", `x password="abc def`}, []string{"/app", "x password=***"}},
		{nil, nil},
	} {
		if got := r.argv(c.given); !slices.Equal(got, c.want) {
			t.Errorf("%q became %q, not %q", c.given, got, c.want)
		}
	}
}

func TestNamesOfSecretsAreKnown(t *testing.T) {
	for _, name := range []string{"--token", "GITHUB_TOKEN", "apiKey", "api-key", "X-Api-Key", "passwd", "pgpassword", "AWS_SECRET_ACCESS_KEY", "clientSecret", "private.key", "pw", "Cookie", "AccountKey", "SharedAccessSignature"} {
		if !looksSecret(name) {
			t.Errorf("%s", name)
		}
	}
	for _, name := range []string{"--port", "KEYBOARD", "monkey", "HOME", "compass", "author", "significant", "--verbose", ""} {
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
