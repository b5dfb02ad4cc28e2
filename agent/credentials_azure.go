package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// azureApplication is an application that Entra knows: by the token of its Kubernetes service account (workload identity),
// or by its secret.
type azureApplication struct {
	world   storeWorld
	storage storeClient
}

func (a azureApplication) fetch(ctx context.Context) (bearer, time.Time, error) {
	client, tenant := a.world.getenv("AZURE_CLIENT_ID"), a.world.getenv("AZURE_TENANT_ID")
	file, secret := a.world.getenv("AZURE_FEDERATED_TOKEN_FILE"), a.world.getenv("AZURE_CLIENT_SECRET")
	if client == "" || tenant == "" || file == "" && secret == "" {
		return bearer{}, time.Time{}, elsewhere("not all are set")
	}
	form := url.Values{"client_id": {client}, "scope": {azureResource + ".default"}, "grant_type": {"client_credentials"}}
	from := "token of application " + oneLine(client) + " by AZURE_CLIENT_SECRET"
	if file != "" {
		// Kubernetes writes it anew from time to time.
		token, err := secretFile(file, "AZURE_FEDERATED_TOKEN_FILE")
		if err != nil {
			return bearer{}, time.Time{}, err
		}
		secret = token
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", token)
		from = "token of application " + oneLine(client) + " by AZURE_FEDERATED_TOKEN_FILE"
	} else {
		form.Set("client_secret", secret)
	}
	text := a.world.getenv("AZURE_AUTHORITY_HOST")
	if text == "" {
		text = "https://login.microsoftonline.com"
	}
	authority, err := parseEndpoint(text, "AZURE_AUTHORITY_HOST")
	if err != nil || !mayBeShownKeys(authority) || !isStoreName(tenant) {
		return bearer{}, time.Time{}, &storeError{message: "AZURE_AUTHORITY_HOST or AZURE_TENANT_ID is not what it should be: https://login.microsoftonline.com and an id"}
	}
	return askToken(ctx, a.storage, tokenQuestion{
		name: from + " (" + authority.Host + ")", from: from, place: below(authority, tenant+"/oauth2/v2.0/token"), form: form,
		now: a.world.now(), hide: []string{secret},
	})
}

// azurePlatform asks the endpoint that App Service, Functions and Container Apps give to their programs.
type azurePlatform struct {
	world    storeWorld
	metadata storeClient
}

func (p azurePlatform) fetch(ctx context.Context) (bearer, time.Time, error) {
	text, secret := p.world.getenv("IDENTITY_ENDPOINT"), p.world.getenv("IDENTITY_HEADER")
	if text == "" || secret == "" {
		return bearer{}, time.Time{}, elsewhere("not both are set")
	}
	place, err := url.Parse(text)
	if err != nil || !isNearby(place) || strings.ContainsAny(secret, "\r\n") {
		return bearer{}, time.Time{}, &storeError{message: "IDENTITY_ENDPOINT is no address of this machine or its network"}
	}
	header := http.Header{"X-Identity-Header": {secret}}
	return askIdentity(ctx, identityQuestion{
		client: p.metadata, place: place, header: header, version: "2019-08-01", clientID: p.world.getenv("AZURE_CLIENT_ID"),
		name: "identity of the platform (IDENTITY_ENDPOINT, " + place.Host + ")", now: p.world.now(), hide: secret,
	})
}

// isNearby: the platform's endpoint is plain HTTP at a private address, or anything over TLS.
func isNearby(place *url.URL) bool {
	ip := net.ParseIP(place.Hostname())
	return mayGiveKeys(place) || place.Scheme == "http" && ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
}

// azureMachine asks the metadata service of a virtual machine, for its managed identity.
type azureMachine struct {
	world    storeWorld
	metadata storeClient
	silence  *silence
}

const azureMetadata = "http://169.254.169.254/metadata/identity/oauth2/token"

func (m azureMachine) fetch(ctx context.Context) (bearer, time.Time, error) {
	place, err := url.Parse(azureMetadata)
	if err != nil {
		return bearer{}, time.Time{}, err
	}
	name := "managed identity of the machine (" + place.Host + ")"
	m.silence.begins()
	token, expires, err := askIdentity(ctx, identityQuestion{
		client: m.metadata, place: place, header: http.Header{"Metadata": {"true"}}, version: "2018-02-01",
		clientID: m.world.getenv("AZURE_CLIENT_ID"), name: name, now: m.world.now(),
	})
	if cause := errors.Unwrap(err); cause != nil {
		// No answer at all.
		return bearer{}, time.Time{}, m.silence.goesOn(ctx, place.Host, cause)
	}
	m.silence.ends()
	return token, expires, err
}

type identityQuestion struct {
	client                        storeClient
	place                         *url.URL
	header                        http.Header
	version, clientID, name, hide string
	now                           time.Time
}

func askIdentity(ctx context.Context, question identityQuestion) (bearer, time.Time, error) {
	query := url.Values{"api-version": {question.version}, "resource": {azureResource}}
	if question.clientID != "" {
		query.Set("client_id", question.clientID)
	}
	place := *question.place
	place.RawQuery = query.Encode()
	var answer oauthAnswer
	request := storeRequest{method: http.MethodGet, url: &place, header: question.header}
	if err := askJSON(ctx, question.client, question.name, request, &answer, question.hide); err != nil {
		return bearer{}, time.Time{}, err
	}
	return answer.token(question.name, "token of the "+question.name, question.now)
}
