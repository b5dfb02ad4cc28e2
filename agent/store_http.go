package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// httpDestination is any server that takes PUT below an address.
type httpDestination struct {
	client storeClient
	// base has no user and no query; the query is sent along, since it may be what lets us in.
	base  *url.URL
	query string
	// authorization is shown to the address's own origin only.
	authorization, from string
	secrets             []string
}

const httpRedirects = 5

// openHTTP opens http:// and https://: with SEATRIAL_COVER_TOKEN as a bearer token, or the user and password in the URL.
func openHTTP(world storeWorld, place *url.URL) (destination, error) {
	if place.Fragment != "" {
		return nil, errors.New(withoutSecrets(place.String()) + ": the URL has a # in it")
	}
	base := *place
	base.User, base.RawQuery, base.ForceQuery = nil, "", false
	store := &httpDestination{client: newStoreClient(world), base: &base, query: place.RawQuery}
	if place.RawQuery != "" {
		store.secrets = append(store.secrets, place.RawQuery)
		for _, values := range place.Query() {
			store.secrets = append(store.secrets, values...)
		}
	}
	if token := world.getenv("SEATRIAL_COVER_TOKEN"); token != "" {
		if strings.ContainsAny(token, " \r\n") {
			return nil, errors.New("SEATRIAL_COVER_TOKEN is no token: it has spaces or lines in it")
		}
		store.authorization, store.from = "Bearer "+token, "token from SEATRIAL_COVER_TOKEN of the environment"
		store.secrets = append(store.secrets, token)
	} else if place.User != nil {
		password, _ := place.User.Password()
		request := http.Request{Header: http.Header{}}
		request.SetBasicAuth(place.User.Username(), password)
		store.authorization, store.from = request.Header.Get("Authorization"), "user and password from the URL"
		store.secrets = append(store.secrets, password, strings.TrimPrefix(store.authorization, "Basic "))
	}
	return store, nil
}

func (d *httpDestination) put(ctx context.Context, key string, source io.ReadSeeker, size int64) error {
	name := withoutSecrets(d.base.String()) + "/" + oneLine(key)
	if !isKey(key) {
		return &storeError{message: fmt.Sprintf("%s: %q is no key to store under", name, oneLine(key))}
	}
	content, err := readContent(source, size)
	if err != nil {
		return &storeError{message: name + ": " + oneLine(err.Error()), cause: err}
	}
	place := below(d.base, key)
	place.RawQuery = d.query
	for range httpRedirects {
		got, err := d.send(ctx, place, content)
		if err != nil {
			return unreached(name, err)
		}
		switch got.status {
		case http.StatusOK, http.StatusCreated, http.StatusNoContent:
			return nil
		case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
			if place, err = redirected(place, got); err != nil {
				return &storeError{message: hideIn(name+": "+err.Error(), d.secrets)}
			}
			continue
		}
		from := d.from
		if from == "" && got.status == http.StatusUnauthorized {
			from = "no credentials were shown; SEATRIAL_COVER_TOKEN may hold a token"
		}
		return refused(name, got, from, d.secrets...)
	}
	return &storeError{message: fmt.Sprintf("%s: more than %d redirects", name, httpRedirects-1)}
}

func (d *httpDestination) send(ctx context.Context, place *url.URL, content *uploadContent) (storeAnswer, error) {
	header := http.Header{
		"Content-Type": {"application/octet-stream"},
		// RFC 9530: whoever understands it can tell that all came.
		"Content-Digest": {"sha-256=:" + content.sha256Base64() + ":"},
	}
	if d.authorization != "" && isSameOrigin(place, d.base) {
		header.Set("Authorization", d.authorization)
	}
	return d.client.send(ctx, storeRequest{method: http.MethodPut, url: place, header: header, content: content})
}

func redirected(from *url.URL, got storeAnswer) (*url.URL, error) {
	to, err := from.Parse(got.header.Get("Location"))
	if err != nil || got.header.Get("Location") == "" || to.Host == "" {
		return nil, fmt.Errorf("the server answered %d without saying where to", got.status)
	}
	if to.Scheme != from.Scheme && to.Scheme != "https" {
		return nil, fmt.Errorf("the server redirects to %s, which is not https", oneLine(to.Scheme+"://"+to.Host))
	}
	to.User = nil
	return to, nil
}

func isSameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(place *url.URL) string {
	if port := place.Port(); port != "" {
		return port
	}
	if place.Scheme == "https" {
		return "443"
	}
	return "80"
}
