package main

import (
	"bufio"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// fakeGCS stores what is uploaded with one of its tokens, as the JSON interface does.
type fakeGCS struct {
	t      *testing.T
	tokens map[string]bool
	stored map[string]string
	lie    string
}

func (s *fakeGCS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := bodyOf(s.t, r)
	if token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); s.tokens != nil && !s.tokens[token] {
		w.WriteHeader(401)
		fmt.Fprintf(w, `{"error":{"code":401,"message":"Invalid Credentials %s","status":"UNAUTHENTICATED"}}`, token)
		return
	}
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Method != http.MethodPost || r.URL.Path != "/upload/storage/v1/b/coverage/o" || r.URL.Query().Get("uploadType") != "multipart" {
		s.t.Errorf("%s %s %v: %v", r.Method, r.RequestURI, r.Header, err)
	}
	parts := multipart.NewReader(bufio.NewReader(strings.NewReader(string(body))), parameters["boundary"])
	about, err := parts.NextPart()
	if err != nil {
		s.t.Fatal(err)
	}
	var object map[string]string
	if err := json.NewDecoder(about).Decode(&object); err != nil {
		s.t.Fatal(err)
	}
	media, err := parts.NextPart()
	if err != nil {
		s.t.Fatal(err)
	}
	content, _ := io.ReadAll(media)
	digest := md5.Sum(content)
	if object["md5Hash"] != base64.StdEncoding.EncodeToString(digest[:]) || r.URL.Query().Get("name") != object["name"] {
		s.t.Errorf("%v for %q", object, r.URL.Query().Get("name"))
	}
	if _, err := parts.NextPart(); err != io.EOF {
		s.t.Errorf("after the content comes %v", err)
	}
	if s.lie != "" {
		fmt.Fprint(w, s.lie)
		return
	}
	if s.stored == nil {
		s.stored = map[string]string{}
	}
	s.stored[object["name"]] = string(content)
	_ = json.NewEncoder(w).Encode(map[string]string{"kind": "storage#object", "name": object["name"], "md5Hash": object["md5Hash"]})
}

const gcsHost = "storage.googleapis.com:443"

func TestGCSTakesATokenFromTheEnvironment(t *testing.T) {
	for _, variable := range []string{"GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"} {
		cloud := newFakeCloud(t, map[string]string{variable: "ya29.token"})
		server := &fakeGCS{t: t, tokens: map[string]bool{"ya29.token": true}}
		cloud.serve(gcsHost, server.ServeHTTP)
		store := cloud.open("gs://coverage/orders")
		for _, key := range []string{unitKey, "a b+c&d=e/ü.js"} {
			for _, text := range []string{"", "{}", "\r\n--x\r\n", strings.Repeat("x", 1<<20)} {
				mustStore(t, store, key, text)
				if server.stored["orders/"+key] != text {
					t.Errorf("stored %v", server.stored)
				}
			}
		}
		server.tokens = map[string]bool{}
		expectError(t, storeText(t, store, unitKey, "{}"), false, []string{"gs://coverage/orders/" + unitKey, "401 UNAUTHENTICATED", variable}, "ya29.token")
	}
}

func TestGCSAnswersThatAreOddAreNoSuccess(t *testing.T) {
	for lie, isTemporary := range map[string]bool{"<html>": false, `{}`: false, `{"name":"other"}`: false, `{"name":"` + unitKey + `","md5Hash":"AAAA"}`: true} {
		cloud := newFakeCloud(t, map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "t0ken"})
		cloud.serve(gcsHost, (&fakeGCS{t: t, lie: lie}).ServeHTTP)
		expectError(t, storeText(t, cloud.open("gs://coverage"), unitKey, "{}"), isTemporary, []string{"gs://coverage/"}, "t0ken")
	}
	for _, status := range []int{429, 500, 502, 503, 504} {
		cloud := newFakeCloud(t, map[string]string{"GOOGLE_OAUTH_ACCESS_TOKEN": "t0ken"})
		cloud.serve(gcsHost, func(w http.ResponseWriter, r *http.Request) { bodyOf(t, r); w.WriteHeader(status) })
		expectError(t, storeText(t, cloud.open("gs://coverage"), unitKey, "{}"), true, []string{fmt.Sprint(status)})
	}
}

func TestGCSTakesHMACKeysAsS3Does(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{"GS_ACCESS_KEY_ID": "GOOG1E", "GS_SECRET_ACCESS_KEY": testSecret})
	server := &fakeS3{t: t, secret: testSecret, region: "auto"}
	cloud.serve(gcsHost, server.ServeHTTP)
	mustStore(t, cloud.open("gs://coverage/orders"), unitKey, "{}")
	if server.stored["storage.googleapis.com/coverage/orders/"+unitKey] != "{}" {
		t.Errorf("stored %v", server.stored)
	}
	server.before = func(w http.ResponseWriter, _ *http.Request) bool {
		s3Says(w, 403, "AccessDenied", "no "+testSecret)
		return true
	}
	expectError(t, storeText(t, cloud.open("gs://coverage"), unitKey, "{}"), false, []string{"gs://coverage/", "GS_ACCESS_KEY_ID"}, testSecret)
}

func TestGCSEmulatorsWantNoCredentials(t *testing.T) {
	for _, host := range []string{"http://emulator:4443", "emulator:4443"} {
		cloud := newFakeCloud(t, map[string]string{"STORAGE_EMULATOR_HOST": host, "GS_ACCESS_KEY_ID": "id", "GS_SECRET_ACCESS_KEY": "secret"})
		server := &fakeGCS{t: t}
		cloud.serve("emulator:4443", func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				t.Error("it was shown credentials")
			}
			server.ServeHTTP(w, r)
		})
		mustStore(t, cloud.open("gs://coverage"), unitKey, "{}")
	}
}

func TestGCSTokensOfAMachineAreRenewed(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{})
	server := &fakeGCS{t: t, tokens: map[string]bool{"tok-1": true, "tok-2": true}}
	cloud.serve(gcsHost, server.ServeHTTP)
	count := 0
	cloud.serve("169.254.169.254:80", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Metadata-Flavor") != "Google" || r.RequestURI != "/computeMetadata/v1/instance/service-accounts/default/token" {
			t.Errorf("%s %v", r.RequestURI, r.Header)
		}
		count++
		w.Header().Set("Metadata-Flavor", "Google")
		fmt.Fprintf(w, `{"access_token":"tok-%d","expires_in":3600,"token_type":"Bearer"}`, count)
	})
	store := cloud.open("gs://coverage")
	for range 3 {
		mustStore(t, store, unitKey, "{}")
	}
	if count != 1 {
		t.Errorf("asked %d times", count)
	}
	cloud.pass(56 * time.Minute)
	mustStore(t, store, unitKey, "{}")
	if count != 2 {
		t.Errorf("asked %d times", count)
	}
	// The token is taken back before its time.
	server.tokens = map[string]bool{"tok-3": true}
	mustStore(t, store, unitKey, "{}")
	server.tokens = map[string]bool{}
	expectError(t, storeText(t, store, unitKey, "{}"), false, []string{"401", "machine's service account"}, "tok-4")
}

func TestGCSWithoutCredentialsSaysWhereTheyWereLookedFor(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{"HOME": "/no/such/home"})
	expectError(t, storeText(t, cloud.open("gs://coverage"), unitKey, "{}"), true, []string{"GS_ACCESS_KEY_ID", "GOOGLE_APPLICATION_CREDENTIALS", "169.254.169.254"})
	// Another cloud's metadata answers at the same address.
	cloud.serve("169.254.169.254:80", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"access_token":"x"}`) })
	expectError(t, storeText(t, cloud.open("gs://coverage"), unitKey, "{}"), false, []string{"another one's"})
}

func serviceAccount(t *testing.T, key *rsa.PrivateKey, tokenURI string) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "cover@acme.iam.gserviceaccount.com", "private_key_id": "kid1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": tokenURI,
	})
	if err != nil {
		t.Fatal(err)
	}
	return secretIn(t, string(text))
}

func TestGCSServiceAccountsSignForTheirTokens(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	cloud := newFakeCloud(t, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": serviceAccount(t, key, "https://oauth2.googleapis.com/token")})
	cloud.serve(gcsHost, (&fakeGCS{t: t, tokens: map[string]bool{"of-account": true}}).ServeHTTP)
	cloud.serve("oauth2.googleapis.com:443", func(w http.ResponseWriter, r *http.Request) {
		form, _ := url.ParseQuery(string(bodyOf(t, r)))
		parts := strings.Split(form.Get("assertion"), ".")
		if form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || len(parts) != 3 {
			t.Errorf("%v", form)
			return
		}
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			t.Error(err)
		}
		head, _ := base64.RawURLEncoding.DecodeString(parts[0])
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		var said struct {
			Iss, Scope, Aud string
			Iat, Exp        int64
		}
		if err := json.Unmarshal(claims, &said); err != nil || said.Iss != "cover@acme.iam.gserviceaccount.com" || said.Aud != "https://oauth2.googleapis.com/token" ||
			!strings.HasSuffix(said.Scope, "devstorage.read_write") || said.Iat != fakeNow.Unix() || said.Exp != said.Iat+3600 || !strings.Contains(string(head), `"kid":"kid1"`) {
			t.Errorf("%s %s: %v", head, claims, err)
		}
		fmt.Fprint(w, `{"access_token":"of-account","expires_in":3599}`)
	})
	mustStore(t, cloud.open("gs://coverage"), unitKey, "{}")
}

func TestGCSFilesOfCredentialsThatAreWrongAreSaid(t *testing.T) {
	for content, says := range map[string]string{
		`nonsense`:                    "not the JSON",
		`{"type":"external_account"}`: "external_account",
		`{"type":"service_account","private_key":"s3cr3t"}`:                                                    "no key in PEM",
		`{"type":"service_account","private_key":"s3cr3t","token_uri":"http://thief.example.com/"}`:            "token_uri",
		`{"type":"authorized_user","client_id":"a","client_secret":"s3cr3t","refresh_token":"r3fresh-s3cr3t"}`: "400 invalid_grant: [redacted] is over",
	} {
		file := secretIn(t, content)
		cloud := newFakeCloud(t, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": file})
		cloud.serve("oauth2.googleapis.com:443", func(w http.ResponseWriter, r *http.Request) {
			form, _ := url.ParseQuery(string(bodyOf(t, r)))
			w.WriteHeader(400)
			fmt.Fprintf(w, `{"error":"invalid_grant","error_description":"%s is over"}`, form.Get("refresh_token"))
		})
		_, err := newGoogleTokens(cloud.world, newStoreClient(cloud.world)).get(context.Background())
		expectError(t, err, false, []string{says, "GOOGLE_APPLICATION_CREDENTIALS"}, "s3cr3t")
	}
	cloud := newFakeCloud(t, map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": "/no/such/file"})
	_, err := newGoogleTokens(cloud.world, newStoreClient(cloud.world)).get(context.Background())
	expectError(t, err, false, []string{"/no/such/file"})
}
