package main

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// storeAnswerLimit is more than any answer to what is asked here.
	storeAnswerLimit = 256 << 10
	storeDialTime    = 10 * time.Second
	// storeAnswerTime counts from when all was sent.
	storeAnswerTime = 60 * time.Second
	// Metadata of the machine is near, or not there.
	metadataDialTime   = time.Second
	metadataAnswerTime = 5 * time.Second
)

// storeClient sends requests and follows no redirect: what is signed for one place is not for another.
type storeClient struct{ transport *http.Transport }

// newStoreClient is for storage, through the environment's proxies.
func newStoreClient(world storeWorld) storeClient {
	transport := newStoreTransport(world, storeDialTime, storeAnswerTime)
	transport.Proxy = func(request *http.Request) (*url.URL, error) {
		proxy, err := http.ProxyFromEnvironment(request)
		if err != nil {
			// Its own words repeat the address, which may hold a password.
			return nil, errors.New("HTTPS_PROXY or HTTP_PROXY is not the address of a proxy")
		}
		return proxy, nil
	}
	return storeClient{transport}
}

// newMetadataClient is for what tells the machine's own credentials: no proxy ever sees them.
func newMetadataClient(world storeWorld) storeClient {
	return storeClient{newStoreTransport(world, metadataDialTime, metadataAnswerTime)}
}

func newStoreTransport(world storeWorld, dialTime, answerTime time.Duration) *http.Transport {
	dial := world.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTime}).DialContext
	}
	return &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: world.roots},
		TLSHandshakeTimeout:    dialTime,
		ResponseHeaderTimeout:  answerTime,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
	}
}

// storeAnswer is a whole answer, cut off where it is absurdly long.
type storeAnswer struct {
	status int
	header http.Header
	body   []byte
}

func (a storeAnswer) isOK() bool { return a.status >= 200 && a.status < 300 }

func (a storeAnswer) redirectHost() string {
	if a.status < 300 || a.status >= 400 {
		return ""
	}
	location, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		return ""
	}
	return oneLine(location.Host)
}

// storeRequest is a request without a body, unless content is there.
type storeRequest struct {
	method  string
	url     *url.URL
	header  http.Header
	content *uploadContent
}

// send answers with any status; it fails only when there is no whole answer.
func (c storeClient) send(ctx context.Context, wanted storeRequest) (storeAnswer, error) {
	request := (&http.Request{Method: wanted.method, URL: wanted.url, Header: wanted.header, Host: wanted.url.Host}).WithContext(ctx)
	if request.Header == nil {
		request.Header = http.Header{}
	}
	request.Header.Set("User-Agent", "seatrial-agent/"+version)
	if wanted.content != nil {
		body, err := wanted.content.open()
		if err != nil {
			return storeAnswer{}, err
		}
		// The transport may read on after it has returned; the content is somebody else's then.
		defer body.detach()
		request.ContentLength = wanted.content.size
		request.Body = body
		if wanted.content.size == 0 {
			request.Body = http.NoBody
		}
	}
	// Not http.Client: it follows redirects, and its errors repeat the URL with what is secret in it.
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return storeAnswer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, storeAnswerLimit))
	if err != nil {
		return storeAnswer{}, err
	}
	return storeAnswer{response.StatusCode, response.Header, body}, nil
}

var errContentShort = errors.New("the file became shorter while it was read")

// uploadContent is what is stored: the first size bytes, however long the file becomes.
type uploadContent struct {
	source io.ReadSeeker
	size   int64
	sha256 [sha256.Size]byte
	md5    [md5.Size]byte
}

// readContent reads it once for its digests.
func readContent(source io.ReadSeeker, size int64) (*uploadContent, error) {
	content := &uploadContent{source: source, size: size}
	if _, err := source.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	strong, plain := sha256.New(), md5.New()
	read, err := io.Copy(io.MultiWriter(strong, plain), io.LimitReader(source, size))
	if err != nil {
		return nil, err
	}
	if read != size {
		return nil, errContentShort
	}
	strong.Sum(content.sha256[:0])
	plain.Sum(content.md5[:0])
	return content, nil
}

func (c *uploadContent) sha256Hex() string    { return hex.EncodeToString(c.sha256[:]) }
func (c *uploadContent) sha256Base64() string { return base64.StdEncoding.EncodeToString(c.sha256[:]) }
func (c *uploadContent) md5Base64() string    { return base64.StdEncoding.EncodeToString(c.md5[:]) }

func (c *uploadContent) open() (*uploadBody, error) {
	if _, err := c.source.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return &uploadBody{source: c.source, left: c.size}, nil
}

// uploadBody is one reading of the content.
type uploadBody struct {
	mu     sync.Mutex
	source io.Reader
	left   int64
}

func (b *uploadBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.source == nil {
		return 0, net.ErrClosed
	}
	if b.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.source.Read(p)
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = errContentShort
	}
	return n, err
}

func (b *uploadBody) Close() error {
	b.detach()
	return nil
}

// detach waits for a reading that goes on, and allows no further one.
func (b *uploadBody) detach() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.source = nil
}
