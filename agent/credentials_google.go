package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	googleScope  = "https://www.googleapis.com/auth/devstorage.read_write"
	googleTokens = "https://oauth2.googleapis.com/token"
	// The address, not the name metadata.google.internal: it needs no resolver and cannot be resolved to another place.
	googleMetadata = "http://169.254.169.254"
)

// newGoogleTokens looks for a token where Google's own tools do: the environment, the file of credentials, the metadata of
// the machine.
func newGoogleTokens(world storeWorld, storage storeClient) *renewed[bearer] {
	return newRenewed(world.now, firstOf(
		"no credentials for Google Cloud Storage",
		source[bearer]{"GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY", func(context.Context) (bearer, time.Time, error) {
			// With both of them nobody asks for a token.
			return bearer{}, time.Time{}, elsewhere("not both are set")
		}},
		tokenFromEnvironment(world, "GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"),
		source[bearer]{"GOOGLE_APPLICATION_CREDENTIALS", googleFile{world, storage}.fetch},
		source[bearer]{"metadata of the machine", googleMachine{world, newMetadataClient(world), &silence{now: world.now}}.fetch},
	))
}

func tokenFromEnvironment(world storeWorld, variables ...string) source[bearer] {
	return source[bearer]{strings.Join(variables, " and "), func(context.Context) (bearer, time.Time, error) {
		for _, variable := range variables {
			if token := world.getenv(variable); token != "" {
				return bearer{token, "token from " + variable + " of the environment"}, time.Time{}, nil
			}
		}
		return bearer{}, time.Time{}, elsewhere("not set")
	}}
}

// googleFile is the file of GOOGLE_APPLICATION_CREDENTIALS, or the one that `gcloud auth application-default login` wrote.
type googleFile struct {
	world   storeWorld
	storage storeClient
}

type googleCredentials struct {
	Type         string `json:"type"`
	ClientEmail  string `json:"client_email"`
	PrivateKey   string `json:"private_key"`
	PrivateKeyID string `json:"private_key_id"`
	TokenURI     string `json:"token_uri"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
}

func (f googleFile) fetch(ctx context.Context) (bearer, time.Time, error) {
	from, path := "GOOGLE_APPLICATION_CREDENTIALS", f.world.getenv("GOOGLE_APPLICATION_CREDENTIALS")
	if path == "" {
		home := f.world.getenv("HOME")
		if home == "" {
			return bearer{}, time.Time{}, elsewhere("not set, nor is there a HOME with gcloud's own")
		}
		from, path = "gcloud's application default credentials", filepath.Join(home, ".config", "gcloud", "application_default_credentials.json")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return bearer{}, time.Time{}, elsewhere("not set, and there is no " + path)
		}
	}
	text, err := secretFile(path, from)
	if err != nil {
		return bearer{}, time.Time{}, err
	}
	var credentials googleCredentials
	if err := decodeJSON(from+" ("+path+")", []byte(text), &credentials); err != nil {
		return bearer{}, time.Time{}, err
	}
	if credentials.TokenURI == "" {
		credentials.TokenURI = googleTokens
	}
	place, err := url.Parse(credentials.TokenURI)
	if err != nil || !mayBeShownKeys(place) {
		return bearer{}, time.Time{}, &storeError{message: from + " has a token_uri that is neither https:// nor on this machine"}
	}
	var form url.Values
	switch credentials.Type {
	case "service_account":
		assertion, err := credentials.assertion(f.world.now())
		if err != nil {
			return bearer{}, time.Time{}, &storeError{message: from + " (" + path + "): " + err.Error()}
		}
		form = url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
		from = "token of " + oneLine(credentials.ClientEmail) + " by " + from
	case "authorized_user":
		form = url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {credentials.RefreshToken},
			"client_id": {credentials.ClientID}, "client_secret": {credentials.ClientSecret},
		}
		from = "token by " + from
	default:
		return bearer{}, time.Time{}, &storeError{message: from + " (" + path + "): credentials of type \"" + oneLine(credentials.Type) + "\" are not read here; service_account and authorized_user are"}
	}
	return askToken(ctx, f.storage, tokenQuestion{
		name: from + " (" + place.Host + ")", from: from, place: place, form: form, now: f.world.now(),
		hide: []string{credentials.ClientSecret, credentials.RefreshToken},
	})
}

// assertion is the account's own word that it is the account, signed for an hour (RFC 7523).
func (c googleCredentials) assertion(now time.Time) (string, error) {
	block, _ := pem.Decode([]byte(c.PrivateKey))
	if block == nil {
		return "", errors.New("private_key is no key in PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if err != nil || !isRSA {
		return "", errors.New("private_key is no RSA key")
	}
	head, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": c.PrivateKeyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"iss": c.ClientEmail, "scope": googleScope, "aud": c.TokenURI, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", errors.New("private_key cannot sign")
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// googleMachine asks the metadata service of Compute Engine, Kubernetes Engine and Cloud Run.
type googleMachine struct {
	world    storeWorld
	metadata storeClient
	silence  *silence
}

func (m googleMachine) fetch(ctx context.Context) (bearer, time.Time, error) {
	text := googleMetadata
	for _, variable := range []string{"GCE_METADATA_IP", "GCE_METADATA_HOST"} {
		if given := m.world.getenv(variable); given != "" {
			text = given
		}
	}
	origin, err := parsePlainEndpoint(text, "GCE_METADATA_HOST")
	if err != nil {
		return bearer{}, time.Time{}, &storeError{message: err.Error()}
	}
	name := "metadata of the machine (" + origin.Host + ")"
	place := below(origin, "computeMetadata/v1/instance/service-accounts/default/token")
	m.silence.begins()
	got, err := m.metadata.send(ctx, storeRequest{method: http.MethodGet, url: place, header: http.Header{"Metadata-Flavor": {"Google"}}})
	if err != nil {
		return bearer{}, time.Time{}, m.silence.goesOn(ctx, origin.Host, err)
	}
	m.silence.ends()
	if got.header.Get("Metadata-Flavor") != "Google" {
		return bearer{}, time.Time{}, elsewhere(origin.Host + " is another one's")
	}
	if got.status == http.StatusNotFound {
		return bearer{}, time.Time{}, elsewhere(origin.Host + ": this machine has no service account; give it one that may write to the bucket")
	}
	if !got.isOK() {
		return bearer{}, time.Time{}, refused(name, got, "")
	}
	var answer oauthAnswer
	if err := decodeJSON(name, got.body, &answer); err != nil {
		return bearer{}, time.Time{}, err
	}
	return answer.token(name, "token of the machine's service account", m.world.now())
}

// tokenQuestion is a form for a server of tokens.
type tokenQuestion struct {
	name, from string
	place      *url.URL
	form       url.Values
	now        time.Time
	hide       []string
}

func askToken(ctx context.Context, client storeClient, question tokenQuestion) (bearer, time.Time, error) {
	var answer oauthAnswer
	request := storeRequest{method: http.MethodPost, url: question.place, header: formHeader(), content: formContent(question.form.Encode())}
	if err := askJSON(ctx, client, question.name, request, &answer, question.hide...); err != nil {
		return bearer{}, time.Time{}, err
	}
	return answer.token(question.name, question.from, question.now)
}
