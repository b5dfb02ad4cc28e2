package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const gcsOrigin = "https://storage.googleapis.com"

// openGCS opens a bucket of Google Cloud Storage: with HMAC keys through the interface that speaks S3, else with a token
// through Google's own. Emulators of STORAGE_EMULATOR_HOST want neither.
func openGCS(world storeWorld, text string) (destination, error) {
	address, err := parseBucketAddress(text, "endpoint")
	if err != nil {
		return nil, err
	}
	endpoint, isEmulator, err := gcsEndpoint(world, address)
	if err != nil {
		return nil, err
	}
	client := newStoreClient(world)
	id, secret := world.getenv("GS_ACCESS_KEY_ID"), world.getenv("GS_SECRET_ACCESS_KEY")
	if id != "" && secret != "" && !isEmulator {
		keys := newRenewed(world.now, func(context.Context) (awsKeys, time.Time, error) {
			return awsKeys{id: id, secret: secret, from: "keys from GS_ACCESS_KEY_ID of the environment"}, time.Time{}, nil
		})
		return &s3Destination{world: world, client: client, keys: keys, address: address, endpoint: endpoint, pathStyle: true, region: "auto"}, nil
	}
	store := &gcsDestination{client: client, address: address, endpoint: endpoint}
	if !isEmulator {
		store.tokens = newGoogleTokens(world, client)
	}
	return store, nil
}

func gcsEndpoint(world storeWorld, address bucketAddress) (endpoint *url.URL, isEmulator bool, err error) {
	if text := address.settings["endpoint"]; text != "" {
		endpoint, err = parseEndpoint(text, "?endpoint=")
		return endpoint, false, err
	}
	if text := world.getenv("STORAGE_EMULATOR_HOST"); text != "" {
		endpoint, err = parsePlainEndpoint(text, "STORAGE_EMULATOR_HOST")
		return endpoint, true, err
	}
	endpoint, err = url.Parse(gcsOrigin)
	return endpoint, false, err
}

// gcsDestination is a bucket in Google's own interface.
type gcsDestination struct {
	client   storeClient
	address  bucketAddress
	endpoint *url.URL
	// tokens is nil where nobody asks for one.
	tokens *renewed[bearer]
}

func (d *gcsDestination) seekCredentials(ctx context.Context) error {
	if d.tokens == nil {
		return nil
	}
	_, err := d.tokens.get(ctx)
	return err
}

func (d *gcsDestination) put(ctx context.Context, key string, source io.ReadSeeker, size int64) error {
	whole, name, err := d.address.place(key)
	if err != nil {
		return err
	}
	content, err := readContent(source, size)
	if err != nil {
		return &storeError{message: name + ": " + oneLine(err.Error()), cause: err}
	}
	return withBearer(ctx, name, d.tokens, func(token bearer) (storeAnswer, error) {
		return d.send(ctx, name, whole, token, content)
	})
}

func (d *gcsDestination) send(ctx context.Context, name, key string, token bearer, content *uploadContent) (storeAnswer, error) {
	place := below(d.endpoint, "upload/storage/v1/b/"+d.address.bucket+"/o")
	place.RawQuery = "uploadType=multipart&name=" + encodeKey(key, false)
	// With its digest told beforehand nothing is stored that came otherwise.
	about, err := json.Marshal(map[string]string{"name": key, "md5Hash": content.md5Base64(), "contentType": "application/octet-stream"})
	if err != nil {
		return storeAnswer{}, err
	}
	boundary := "seatrial-" + rand.Text()
	head := "--" + boundary + "\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n" + string(about) +
		"\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\n\r\n"
	header := http.Header{"Content-Type": {"multipart/related; boundary=" + boundary}}
	token.authorize(header)
	got, err := d.client.send(ctx, storeRequest{
		method: http.MethodPost, url: place, header: header, content: content.between(head, "\r\n--"+boundary+"--\r\n"),
	})
	if err != nil {
		return got, unreached(name, err)
	}
	if !got.isOK() {
		return got, nil
	}
	var stored struct {
		Name    string `json:"name"`
		MD5Hash string `json:"md5Hash"`
	}
	if json.Unmarshal(got.body, &stored) != nil || stored.Name != key {
		return got, &storeError{message: name + ": the answer is none of Google Cloud Storage; is the endpoint right?"}
	}
	if stored.MD5Hash != "" && stored.MD5Hash != content.md5Base64() {
		return got, &storeError{message: name + ": what was stored is not what was sent: its MD5 differs", again: true}
	}
	return got, nil
}

// between is the same content with a head and a tail.
func (c *uploadContent) between(head, tail string) *uploadContent {
	whole := &framedContent{head: head, tail: tail, content: c}
	return &uploadContent{source: whole, size: int64(len(head)) + c.size + int64(len(tail))}
}

// framedContent reads a content with something before and after it; it can go back to its beginning only.
type framedContent struct {
	head, tail string
	content    *uploadContent
	reader     io.Reader
}

func (f *framedContent) Read(p []byte) (int, error) { return f.reader.Read(p) }

func (f *framedContent) Seek(int64, int) (int64, error) {
	body, err := f.content.open()
	if err != nil {
		return 0, err
	}
	f.reader = io.MultiReader(strings.NewReader(f.head), body, bytes.NewReader([]byte(f.tail)))
	return 0, nil
}

// authorize shows the token, if there is one.
func (b bearer) authorize(header http.Header) {
	if b.token != "" {
		header.Set("Authorization", "Bearer "+b.token)
	}
}

// withBearer sends with a token, and once more with a new one when it has expired sooner than it was said to.
func withBearer(ctx context.Context, name string, tokens *renewed[bearer], send func(token bearer) (storeAnswer, error)) error {
	for hasRenewed := false; ; hasRenewed = true {
		var token bearer
		if tokens != nil {
			var err error
			if token, err = tokens.get(ctx); err != nil {
				return inFrontOf(name, err)
			}
		}
		got, err := send(token)
		if err != nil {
			return err
		}
		if got.isOK() {
			return nil
		}
		if got.status == http.StatusUnauthorized && !hasRenewed && tokens != nil && tokens.forget(ctx) {
			continue
		}
		return refused(name, got, token.from, token.token)
	}
}
