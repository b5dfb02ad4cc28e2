package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeCloud is a network of servers: what is dialled by the names of a cloud reaches handlers of a test.
type fakeCloud struct {
	t     *testing.T
	world storeWorld
	env   map[string]string

	mu      sync.Mutex
	clock   time.Time
	places  map[string]string
	dialled []string
	roots   *x509.CertPool
	signer  *tls.Certificate
}

var fakeNow = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newFakeCloud(t *testing.T, env map[string]string) *fakeCloud {
	t.Helper()
	c := &fakeCloud{t: t, env: env, clock: fakeNow, places: map[string]string{}, roots: x509.NewCertPool()}
	c.world = storeWorld{getenv: func(name string) string { return c.env[name] }, now: c.now, dial: c.dial, roots: c.roots}
	return c
}

func (c *fakeCloud) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.clock
}

func (c *fakeCloud) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock = c.clock.Add(d)
}

func (c *fakeCloud) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c.mu.Lock()
	c.dialled = append(c.dialled, address)
	place, known := c.places[address]
	c.mu.Unlock()
	if !known {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("nobody is at " + address)}
	}
	return (&net.Dialer{}).DialContext(ctx, network, place)
}

// serve puts a server at host:port; at port 443 it speaks TLS.
func (c *fakeCloud) serve(address string, handler http.HandlerFunc) {
	c.t.Helper()
	server := httptest.NewUnstartedServer(handler)
	if host, isTLS := strings.CutSuffix(address, ":443"); isTLS {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{c.certificate(host)}}
		server.StartTLS()
	} else {
		server.Start()
	}
	c.t.Cleanup(server.Close)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.places[address] = server.Listener.Addr().String()
}

func (c *fakeCloud) certificate(host string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		c.t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		c.t.Fatal(err)
	}
	c.roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (c *fakeCloud) open(address string) destination {
	c.t.Helper()
	store, err := openDestinationIn(c.world, address)
	if err != nil {
		c.t.Fatalf("%s does not open: %v", address, err)
	}
	return store
}

const unitKey = "run/4711/orders/pod-1/1/manifest.json"

func storeText(t *testing.T, store destination, key, text string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return store.put(ctx, key, strings.NewReader(text), int64(len(text)))
}

func mustStore(t *testing.T, store destination, key, text string) {
	t.Helper()
	if err := storeText(t, store, key, text); err != nil {
		t.Fatalf("not stored: %v", err)
	}
}

// expectError wants an error that says all of these and none of those after "but not", which are secrets.
func expectError(t *testing.T, err error, isTemporary bool, says []string, butNot ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("it was stored")
	}
	if temporary(err) != isTemporary {
		t.Errorf("temporary is %v: %v", !isTemporary, err)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q is not in %q", text, err)
		}
	}
	for _, secret := range butNot {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the secret %q is in %q", secret, err)
		}
	}
}

func bodyOf(t *testing.T, r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	return body
}

// checkV4 computes a signature anew from what arrived, by the published description alone, and returns why it is wrong.
func checkV4(r *http.Request, body []byte, secret, region, service string) string {
	fields := map[string]string{}
	text, isV4 := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	if !isV4 {
		return "there is no signature"
	}
	for _, field := range strings.Split(text, ", ") {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = value
	}
	stamp := r.Header.Get("X-Amz-Date")
	credential := strings.Split(fields["Credential"], "/")
	if len(credential) != 5 || credential[1] != stamp[:8] || credential[2] != region || credential[3] != service || credential[4] != "aws4_request" {
		return "the scope is " + fields["Credential"]
	}
	digest := sha256.Sum256(body)
	if claimed := r.Header.Get("X-Amz-Content-Sha256"); claimed != hex.EncodeToString(digest[:]) {
		return "the payload's digest is " + claimed
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	pairs := []string{}
	for _, pair := range strings.Split(query, "&") {
		if pair == "" {
			continue
		}
		if !strings.Contains(pair, "=") {
			pair += "="
		}
		pairs = append(pairs, pair)
	}
	sort.Strings(pairs)
	var canonical bytes.Buffer
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.Method, path, strings.Join(pairs, "&"))
	for _, name := range strings.Split(fields["SignedHeaders"], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, value)
	}
	for _, name := range []string{"host", "x-amz-date", "x-amz-content-sha256"} {
		if !strings.Contains(";"+fields["SignedHeaders"]+";", ";"+name+";") {
			return name + " is not signed"
		}
	}
	fmt.Fprintf(&canonical, "\n%s\n%s", fields["SignedHeaders"], hex.EncodeToString(digest[:]))
	hashed := sha256.Sum256(canonical.Bytes())
	toSign := "AWS4-HMAC-SHA256\n" + stamp + "\n" + strings.Join(credential[1:], "/") + "\n" + hex.EncodeToString(hashed[:])
	key := []byte("AWS4" + secret)
	for _, step := range append(credential[1:], toSign) {
		mac := hmac.New(sha256.New, key)
		io.WriteString(mac, step)
		key = mac.Sum(nil)
	}
	if hex.EncodeToString(key) != fields["Signature"] {
		return "the signature is another one; canonical request:\n" + canonical.String()
	}
	return ""
}

// fakeS3 stores what is signed rightly.
type fakeS3 struct {
	t              *testing.T
	secret, region string
	// before may answer in its place: true when it did.
	before func(w http.ResponseWriter, r *http.Request) bool

	mu     sync.Mutex
	stored map[string]string
	tokens []string
	asked  int
}

func (s *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := bodyOf(s.t, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	s.tokens = append(s.tokens, r.Header.Get("X-Amz-Security-Token"))
	if s.before != nil && s.before(w, r) {
		return
	}
	if wrong := checkV4(r, body, s.secret, s.region, "s3"); wrong != "" || r.Method != http.MethodPut {
		s.t.Errorf("%s %s: %s", r.Method, r.RequestURI, wrong)
		s3Says(w, 403, "SignatureDoesNotMatch", "The request signature we calculated does not match")
		return
	}
	if digest := md5.Sum(body); r.Header.Get("Content-Md5") != base64.StdEncoding.EncodeToString(digest[:]) {
		s.t.Errorf("%s: Content-MD5 is %q", r.RequestURI, r.Header.Get("Content-Md5"))
	}
	path, err := url.PathUnescape(r.RequestURI)
	if err != nil {
		s.t.Error(err)
	}
	if s.stored == nil {
		s.stored = map[string]string{}
	}
	s.stored[r.Host+path] = string(body)
	w.Header().Set("ETag", `"0"`)
}

func s3Says(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}
