package main

import (
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// fakeBlobs stores what is put with one of its tokens or signatures.
type fakeBlobs struct {
	t       *testing.T
	allowed map[string]bool
	stored  map[string]string
}

func (s *fakeBlobs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := bodyOf(s.t, r)
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	shown := token + r.URL.Query().Get("sig")
	if !s.allowed[shown] {
		status := 403
		if token != "" {
			status = 401
		}
		w.Header().Set("X-Ms-Error-Code", "AuthenticationFailed")
		s3Says(w, status, "AuthenticationFailed", "Signature "+shown+" is not valid")
		return
	}
	digest := md5.Sum(body)
	if r.Method != http.MethodPut || r.Header.Get("X-Ms-Blob-Type") != "BlockBlob" || r.Header.Get("X-Ms-Version") == "" || r.Header.Get("X-Ms-Date") == "" ||
		r.Header.Get("Content-Md5") != base64.StdEncoding.EncodeToString(digest[:]) {
		s.t.Errorf("%s %s %v", r.Method, r.RequestURI, r.Header)
	}
	if s.stored == nil {
		s.stored = map[string]string{}
	}
	s.stored[r.Host+r.URL.Path] = string(body)
	w.Header().Set("X-Ms-Request-Id", "1")
	w.WriteHeader(201)
}

const (
	blobHost = "acme.blob.core.windows.net:443"
	sas      = "sv=2021-12-02&sr=c&sp=w&sig=s3cr3t%2Fsig%3D"
	sasPlain = "s3cr3t/sig="
)

func TestAzureTakesASharedAccessSignature(t *testing.T) {
	for name, each := range map[string]struct {
		address, host, want string
		env                 map[string]string
	}{
		"in the URL":                {"https://acme.blob.core.windows.net/coverage/orders?" + sas, blobHost, "acme.blob.core.windows.net/coverage/orders/", nil},
		"in the environment":        {"az://acme/coverage/orders", blobHost, "acme.blob.core.windows.net/coverage/orders/", map[string]string{"AZURE_STORAGE_SAS_TOKEN": "?" + sas}},
		"for a URL without":         {"https://acme.blob.core.windows.net/coverage", blobHost, "acme.blob.core.windows.net/coverage/", map[string]string{"AZURE_STORAGE_SAS_TOKEN": sas}},
		"at a name of one's own":    {"https://blobs.example.com/coverage?" + sas, "blobs.example.com:443", "blobs.example.com/coverage/", nil},
		"in an emulator":            {"http://127.0.0.1:10000/devstoreaccount1/coverage/p?" + sas, "127.0.0.1:10000", "127.0.0.1:10000/devstoreaccount1/coverage/p/", nil},
		"in an emulator with az://": {"az://devstoreaccount1/coverage?endpoint=http://127.0.0.1:10000/devstoreaccount1", "127.0.0.1:10000", "127.0.0.1:10000/devstoreaccount1/coverage/", map[string]string{"AZURE_STORAGE_SAS_TOKEN": sas}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, each.env)
			server := &fakeBlobs{t: t, allowed: map[string]bool{sasPlain: true}}
			cloud.serve(each.host, server.ServeHTTP)
			store := cloud.open(each.address)
			mustStore(t, store, unitKey, "{}")
			mustStore(t, store, "a b+ü/#?.js", "")
			if server.stored[each.want+unitKey] != "{}" || len(server.stored) != 2 {
				t.Errorf("stored %v", server.stored)
			}
			server.allowed = nil
			expectError(t, storeText(t, store, unitKey, "{}"), false, []string{"403 AuthenticationFailed", "signature from", unitKey}, "s3cr3t")
		})
	}
}

func TestAzureTakesTokens(t *testing.T) {
	file := secretIn(t, "jwt.of.pod")
	login := func(t *testing.T, wanted string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			form, _ := url.ParseQuery(string(bodyOf(t, r)))
			if r.URL.Path != "/tenant-1/oauth2/v2.0/token" || form.Get("client_id") != "client-1" || form.Get("scope") != "https://storage.azure.com/.default" ||
				form.Get("grant_type") != "client_credentials" || form.Get("client_assertion")+form.Get("client_secret") != wanted {
				t.Errorf("%s %v", r.URL.Path, form)
			}
			fmt.Fprint(w, `{"access_token":"good","expires_in":3599,"token_type":"Bearer"}`)
		}
	}
	identity := func(header, value, version, client string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			if r.Header.Get(header) != value || query.Get("api-version") != version || query.Get("resource") != "https://storage.azure.com/" || query.Get("client_id") != client {
				w.WriteHeader(400)
				fmt.Fprint(w, `{"error":"invalid_request","error_description":"`+r.RequestURI+`"}`)
				return
			}
			fmt.Fprintf(w, `{"access_token":"good","expires_on":"%d","resource":"x"}`, fakeNow.Add(time.Hour).Unix())
		}
	}
	for name, each := range map[string]struct {
		env    map[string]string
		host   string
		server http.HandlerFunc
		from   string
	}{
		"from the environment": {map[string]string{"AZURE_STORAGE_ACCESS_TOKEN": "good"}, "", nil, "AZURE_STORAGE_ACCESS_TOKEN"},
		"by workload identity": {map[string]string{"AZURE_CLIENT_ID": "client-1", "AZURE_TENANT_ID": "tenant-1", "AZURE_FEDERATED_TOKEN_FILE": file}, "login.microsoftonline.com:443", login(t, "jwt.of.pod"), "AZURE_FEDERATED_TOKEN_FILE"},
		"by a secret":          {map[string]string{"AZURE_CLIENT_ID": "client-1", "AZURE_TENANT_ID": "tenant-1", "AZURE_CLIENT_SECRET": "s3cr3t", "AZURE_AUTHORITY_HOST": "https://login.example.com/"}, "login.example.com:443", login(t, "s3cr3t"), "AZURE_CLIENT_SECRET"},
		"of App Service":       {map[string]string{"IDENTITY_ENDPOINT": "http://169.254.129.3:8081/msi/token", "IDENTITY_HEADER": "s3cr3t"}, "169.254.129.3:8081", identity("X-Identity-Header", "s3cr3t", "2019-08-01", ""), "IDENTITY_ENDPOINT"},
		"of a machine":         {map[string]string{"AZURE_CLIENT_ID": "client-1"}, "169.254.169.254:80", identity("Metadata", "true", "2018-02-01", "client-1"), "managed identity"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, each.env)
			server := &fakeBlobs{t: t, allowed: map[string]bool{"good": true}}
			cloud.serve(blobHost, server.ServeHTTP)
			asked := 0
			if each.host != "" {
				cloud.serve(each.host, func(w http.ResponseWriter, r *http.Request) { asked++; each.server(w, r) })
			}
			store := cloud.open("az://acme/coverage")
			mustStore(t, store, unitKey, "{}")
			mustStore(t, store, unitKey, "{}")
			if asked > 1 {
				t.Errorf("asked %d times", asked)
			}
			cloud.pass(56 * time.Minute)
			mustStore(t, store, unitKey, "{}")
			if asked != 2 && each.host != "" {
				t.Errorf("asked %d times", asked)
			}
			server.allowed = nil
			expectError(t, storeText(t, store, unitKey, "{}"), false, []string{"az://acme/coverage/" + unitKey, "401 AuthenticationFailed", each.from}, "s3cr3t", "jwt.of.pod", "good")
			if asked != 3 && each.host != "" {
				t.Errorf("a token that is refused was renewed %d times", asked-2)
			}
		})
	}
}

func TestAzureSaysWhatIsWrongWithIdentities(t *testing.T) {
	for name, each := range map[string]struct {
		env         map[string]string
		host        string
		status      int
		body        string
		isTemporary bool
		says        []string
	}{
		"none anywhere":            {map[string]string{}, "", 0, "", true, []string{"AZURE_STORAGE_SAS_TOKEN", "IDENTITY_ENDPOINT", "169.254.169.254"}},
		"an endpoint far away":     {map[string]string{"IDENTITY_ENDPOINT": "http://thief.example.com/", "IDENTITY_HEADER": "s3cr3t"}, "", 0, "", false, []string{"IDENTITY_ENDPOINT"}},
		"an authority without TLS": {map[string]string{"AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t", "AZURE_CLIENT_SECRET": "s3cr3t", "AZURE_AUTHORITY_HOST": "http://thief.example.com"}, "", 0, "", false, []string{"AZURE_AUTHORITY_HOST"}},
		"a busy machine":           {map[string]string{}, "169.254.169.254:80", 429, `{"error":"busy"}`, true, []string{"429 busy"}},
		"no identity":              {map[string]string{}, "169.254.169.254:80", 400, `{"error":"invalid_request","error_description":"Identity not found"}`, false, []string{"Identity not found"}},
		"an answer without token":  {map[string]string{}, "169.254.169.254:80", 200, `{}`, false, []string{"no access_token"}},
		"an answer that is none":   {map[string]string{}, "169.254.169.254:80", 200, `<html>`, false, []string{"not the JSON"}},
		"a file that is away":      {map[string]string{"AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t", "AZURE_FEDERATED_TOKEN_FILE": "/no/such/file"}, "", 0, "", false, []string{"/no/such/file"}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, each.env)
			if each.host != "" {
				cloud.serve(each.host, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(each.status); fmt.Fprint(w, each.body) })
			}
			expectError(t, storeText(t, cloud.open("az://acme/coverage"), unitKey, "{}"), each.isTemporary, each.says, "s3cr3t")
		})
	}
}

func TestAzureAnswersThatAreOddAreNoSuccess(t *testing.T) {
	for status, isTemporary := range map[int]bool{200: false, 201: false, 307: false, 404: false, 409: false, 412: false, 500: true, 503: true} {
		cloud := newFakeCloud(t, map[string]string{"AZURE_STORAGE_SAS_TOKEN": sas})
		cloud.serve(blobHost, func(w http.ResponseWriter, r *http.Request) {
			bodyOf(t, r)
			w.Header().Set("Location", "https://thief.example.com/")
			w.WriteHeader(status)
		})
		err := storeText(t, cloud.open("az://acme/coverage"), unitKey, "{}")
		expectError(t, err, isTemporary, []string{"az://acme/coverage/"}, "s3cr3t")
	}
}
