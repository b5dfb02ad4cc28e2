package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"
)

// destination takes a unit's files. Keys are relative, with slashes: run/<run>/<service>/<instance>/<boot>/manifest.json
type destination interface {
	// put stores content under key, whole or not at all; an error for which temporary(err) is true may be tried again.
	put(ctx context.Context, key string, content io.ReadSeeker, size int64) error
}

// credentialSeeker is a destination that wants credentials. Whoever has time can learn beforehand that there are none.
type credentialSeeker interface {
	seekCredentials(ctx context.Context) error
}

// storeWorld is what destinations know of the machine they run on.
type storeWorld struct {
	getenv func(string) string
	now    func() time.Time
	// dial is another way to an address, such as that of a machine's metadata; nil: the network.
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	// roots are the authorities that servers' certificates are from; nil: the system's, or SSL_CERT_FILE's.
	roots *x509.CertPool
}

// openDestination understands s3://bucket/prefix, gs://bucket/prefix, az://account/container/prefix (or the https blob URL
// with SAS), https://… http://… (PUT) and folder paths or file://. getenv is the environment. Nothing is sent yet:
// credentials are looked for when the first file comes.
func openDestination(address string, getenv func(string) string) (destination, error) {
	return openDestinationIn(storeWorld{getenv: getenv, now: time.Now}, address)
}

func openDestinationIn(world storeWorld, address string) (destination, error) {
	scheme, rest, isURL := strings.Cut(address, "://")
	if !isURL {
		if address == "" {
			return nil, errors.New("the destination is empty")
		}
		return openFolder(address)
	}
	switch strings.ToLower(scheme) {
	case "file":
		path := strings.TrimPrefix(rest, "localhost")
		if !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf("%s: a file:// destination is file:///followed/by/its/path", withoutSecrets(address))
		}
		return openFolder(path)
	case "s3":
		return openS3(world, address)
	case "gs":
		return openGCS(world, address)
	case "az":
		return openAzure(world, address)
	case "http", "https":
		place, err := url.Parse(address)
		if err != nil || place.Host == "" {
			// The parser's own words repeat the address, which may hold a secret.
			return nil, fmt.Errorf("%s is no valid URL", withoutSecrets(address))
		}
		if isBlobAddress(place) {
			return openBlobURL(world, place)
		}
		return openHTTP(world, place)
	}
	return nil, fmt.Errorf("%s: cannot store there; s3://, gs://, az://, https://, http:// and folders are known", withoutSecrets(address))
}

// bucketAddress is scheme://bucket/prefix?settings.
type bucketAddress struct {
	scheme, bucket, prefix string
	settings               map[string]string
}

// parseBucketAddress takes only the settings that are named: a misspelt one must not be passed over.
func parseBucketAddress(address string, settings ...string) (bucketAddress, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	rest, query, _ := strings.Cut(rest, "?")
	bucket, prefix, _ := strings.Cut(rest, "/")
	parsed := bucketAddress{strings.ToLower(scheme), bucket, strings.Trim(prefix, "/"), map[string]string{}}
	if !isStoreName(bucket) {
		return parsed, fmt.Errorf("%s: %q is no name of a bucket or an account", withoutSecrets(address), oneLine(bucket))
	}
	if parsed.prefix != "" && !isKey(parsed.prefix) {
		return parsed, fmt.Errorf("%s: the prefix has a part that is empty, . or ..", withoutSecrets(address))
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return parsed, fmt.Errorf("%s: what follows the ? cannot be read", withoutSecrets(address))
	}
	for name, given := range values {
		known := false
		for _, setting := range settings {
			known = known || setting == name
		}
		if !known || len(given) != 1 {
			return parsed, fmt.Errorf("%s: ?%s= is not known or said twice; known: %s", withoutSecrets(address), oneLine(name), strings.Join(settings, ", "))
		}
		parsed.settings[name] = given[0]
	}
	return parsed, nil
}

// place is the whole key below the prefix, and how messages name it.
func (a bucketAddress) place(key string) (whole, name string, err error) {
	whole = key
	if a.prefix != "" {
		whole = a.prefix + "/" + key
	}
	name = a.scheme + "://" + a.bucket + "/" + oneLine(whole)
	if !isKey(key) {
		return "", name, &storeError{message: fmt.Sprintf("%s: %q is no key to store under", name, oneLine(key))}
	}
	return whole, name, nil
}

// isStoreName holds for names of buckets, accounts and containers: they become parts of host names and paths.
func isStoreName(name string) bool {
	if name == "" || len(name) > 255 || name[0] == '.' {
		return false
	}
	return strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-$") == ""
}

// isKey holds for relative paths with slashes that stay where they are.
func isKey(key string) bool {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return !strings.ContainsAny(key, "\x00\\") && len(key) <= 1024
}

// parseEndpoint reads the address of a server that is not the cloud's own. Without a scheme it is https, and http on this machine.
func parseEndpoint(text, from string) (*url.URL, error) {
	endpoint, err := parseEndpointOf("https", text, from)
	if err == nil && !strings.Contains(text, "://") && isLoopback(endpoint.Hostname()) {
		endpoint.Scheme = "http"
	}
	return endpoint, err
}

// parsePlainEndpoint is for servers that are shown no credentials, such as emulators and metadata services: without a scheme it is http.
func parsePlainEndpoint(text, from string) (*url.URL, error) {
	return parseEndpointOf("http", text, from)
}

func parseEndpointOf(scheme, text, from string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = scheme + "://" + text
	}
	endpoint, err := url.Parse(text)
	if err != nil || endpoint.Host == "" || (endpoint.Scheme != "http" && endpoint.Scheme != "https") || endpoint.User != nil || endpoint.RawQuery != "" {
		return nil, fmt.Errorf("%s is no address of a server, such as https://storage.example.com", from)
	}
	return endpoint, nil
}

// withoutSecrets is an address without what may be one: its user and all that follows a question mark.
func withoutSecrets(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	scheme, rest, isURL := strings.Cut(address, "://")
	if !isURL {
		return oneLine(address)
	}
	host, path, hasPath := strings.Cut(rest, "/")
	host = host[strings.LastIndex(host, "@")+1:]
	if hasPath {
		host += "/" + path
	}
	return oneLine(scheme + "://" + host)
}

// encodeKey percent-encodes a key as signatures want it: all bytes but letters, digits and -._~, and slashes too unless they part it.
func encodeKey(key string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var encoded strings.Builder
	for i := range len(key) {
		c := key[i]
		if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 || c == '/' && keepSlash {
			encoded.WriteByte(c)
		} else {
			encoded.WriteByte('%')
			encoded.WriteByte(hexDigits[c>>4])
			encoded.WriteByte(hexDigits[c&15])
		}
	}
	return encoded.String()
}

// below is the URL of a key below a base, sent exactly as it is encoded here.
func below(base *url.URL, key string) *url.URL {
	place := *base
	root := strings.TrimSuffix(base.EscapedPath(), "/")
	place.RawPath = root + "/" + encodeKey(key, true)
	place.Path = strings.TrimSuffix(base.Path, "/") + "/" + key
	return &place
}
