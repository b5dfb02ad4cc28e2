package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
)

func TestHTTPPutsBelowItsAddress(t *testing.T) {
	for name, each := range map[string]struct {
		address, path, authorization string
		env                          map[string]string
	}{
		"plain":                  {"http://store:8080", "/" + unitKey, "", nil},
		"below a path":           {"http://store:8080/a%20b/", "/a%20b/" + unitKey, "", nil},
		"with a token":           {"https://store/up", "/up/" + unitKey, "Bearer t0ken", map[string]string{"SEATRIAL_COVER_TOKEN": "t0ken"}},
		"with user and password": {"https://me:p%40ss@store/up", "/up/" + unitKey, "Basic " + base64.StdEncoding.EncodeToString([]byte("me:p@ss")), nil},
		"with a query":           {"https://store/up?key=s3cr3t", "/up/" + unitKey + "?key=s3cr3t", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, each.env)
			handler := func(w http.ResponseWriter, r *http.Request) {
				body := bodyOf(t, r)
				digest := sha256.Sum256(body)
				if r.Method != "PUT" || r.RequestURI != each.path || r.Header.Get("Authorization") != each.authorization || string(body) != "{}" ||
					r.Header.Get("Content-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":" {
					t.Errorf("%s %s %v %q", r.Method, r.RequestURI, r.Header, body)
				}
				w.WriteHeader(201)
			}
			cloud.serve("store:8080", handler)
			cloud.serve("store:443", handler)
			mustStore(t, cloud.open(each.address), unitKey, "{}")
		})
	}
}

func TestHTTPRedirectsTakeNoCredentialsElsewhere(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{"SEATRIAL_COVER_TOKEN": "t0ken"})
	var arrived []string
	cloud.serve("store:443", func(w http.ResponseWriter, r *http.Request) {
		bodyOf(t, r)
		arrived = append(arrived, "store"+r.URL.Path+" "+r.Header.Get("Authorization"))
		if r.URL.Path == "/up/"+unitKey {
			w.Header().Set("Location", "/moved")
		} else {
			w.Header().Set("Location", "https://bucket.example.com/signed?x=1")
		}
		w.WriteHeader(307)
	})
	cloud.serve("bucket.example.com:443", func(w http.ResponseWriter, r *http.Request) {
		arrived = append(arrived, "bucket "+r.Header.Get("Authorization")+string(bodyOf(t, r)))
	})
	mustStore(t, cloud.open("https://store/up?key=1"), unitKey, "{}")
	want := fmt.Sprint([]string{"store/up/" + unitKey + " Bearer t0ken", "store/moved Bearer t0ken", "bucket {}"})
	if fmt.Sprint(arrived) != want {
		t.Errorf("%v", arrived)
	}
}

func TestHTTPRefusalsAreSaidWithoutSecrets(t *testing.T) {
	for name, each := range map[string]struct {
		status      int
		location    string
		body        string
		isTemporary bool
		says        string
	}{
		"401":                    {401, "", "who are you, t0ken?", false, "401 Unauthorized: who are you, [redacted]?"},
		"403":                    {403, "", `{"message":"not with key s3cr3t"}`, false, "not with key [redacted]"},
		"405":                    {405, "", "", false, "405 Method Not Allowed"},
		"a GET would do":         {303, "https://store/login", "", false, "points to store"},
		"no place":               {307, "", "", false, "without saying where"},
		"away from TLS":          {307, "http://store/x", "", false, "not https"},
		"in a circle":            {308, "https://store/x", "", false, "redirects"},
		"another kind of place":  {307, "file:///etc/passwd", "", false, "without saying where"},
		"too many":               {429, "", "", true, "429"},
		"408":                    {408, "", "", true, "408"},
		"broken":                 {500, "", "<html>oops</html>", true, "500 Internal Server Error"},
		"behind another gateway": {502, "", "", true, "502"},
		"507":                    {507, "", "", false, "507 Insufficient Storage"},
		"202 is not stored yet":  {202, "", "", false, "202 Accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{"SEATRIAL_COVER_TOKEN": "t0ken"})
			cloud.serve("store:443", func(w http.ResponseWriter, r *http.Request) {
				bodyOf(t, r)
				if each.location != "" {
					w.Header().Set("Location", each.location)
				}
				w.WriteHeader(each.status)
				fmt.Fprint(w, each.body)
			})
			err := storeText(t, cloud.open("https://store/up?key=s3cr3t"), unitKey, "{}")
			expectError(t, err, each.isTemporary, []string{each.says, "https://store/up/" + unitKey}, "t0ken", "s3cr3t")
		})
	}
}

func TestNetworkFailuresAreToldApart(t *testing.T) {
	cloud := newFakeCloud(t, nil)
	expectError(t, storeText(t, cloud.open("https://nobody/up"), unitKey, "{}"), true, []string{"nobody is at nobody:443"})
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	cloud.places["plain:443"] = server.Listener.Addr().String()
	expectError(t, storeText(t, cloud.open("https://plain/up"), unitKey, "{}"), false, []string{"without TLS"})
	stranger := httptest.NewTLSServer(http.NotFoundHandler())
	defer stranger.Close()
	cloud.places["example.com:443"] = stranger.Listener.Addr().String()
	expectError(t, storeText(t, cloud.open("https://example.com/up"), unitKey, "{}"), false, []string{"SSL_CERT_FILE"})
}

// A server's own authority counts when SSL_CERT_FILE names it: in a process of its own, since Go reads it once.
func TestAuthoritiesAreReadFromTheFileThatTheEnvironmentNames(t *testing.T) {
	if address := os.Getenv("SEATRIAL_TEST_STORE"); address != "" {
		store, err := openDestination(address, os.Getenv)
		if err != nil {
			t.Fatal(err)
		}
		if err := storeText(t, store, unitKey, "{}"); err != nil {
			t.Fatal(err)
		}
		return
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	bundle := secretIn(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	for file, isTrusted := range map[string]bool{bundle: true, "": false} {
		child := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		child.Env = append(os.Environ(), "SEATRIAL_TEST_STORE="+server.URL, "SSL_CERT_FILE="+file)
		if output, err := child.CombinedOutput(); (err == nil) != isTrusted {
			t.Errorf("SSL_CERT_FILE=%q: %v\n%s", file, err, output)
		}
	}
}
