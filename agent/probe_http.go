package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const probeMaxHeader = 64 << 10

// probeHTTP asks for the path: any 2xx or 3xx is ready, or the listed statuses only. Redirects are not followed, the
// server's certificate is not checked, and its body is not read.
func probeHTTP(ctx context.Context, spec probeSpec) (probeAnswer, error) {
	address, err := spec.address()
	if err != nil {
		return probeAnswer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, spec.Scheme+"://"+address+spec.Path, nil)
	if err != nil {
		return probeAnswer{}, fmt.Errorf("the path %q is not valid", oneLine(spec.Path))
	}
	request.Header.Set("User-Agent", "seatrial-probe")
	if spec.Host == "" {
		// Frameworks that check the Host header know localhost, as health checks inside containers use it, not our address.
		request.Host = net.JoinHostPort("localhost", strconv.Itoa(spec.Port))
	}
	transport := &http.Transport{
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: probeMaxHeader,
		TLSClientConfig:        &tls.Config{InsecureSkipVerify: true},
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return probeAnswer{}, errors.New(httpWords(err))
	}
	_ = response.Body.Close()
	saw := oneLine(strings.TrimSpace(fmt.Sprintf("HTTP %d %s", response.StatusCode, http.StatusText(response.StatusCode))))
	if !statusIsReady(response.StatusCode, spec.Status) {
		return probeAnswer{}, errors.New(saw)
	}
	return probeAnswer{Saw: saw}, nil
}

func statusIsReady(status int, wanted []int) bool {
	if len(wanted) > 0 {
		return slices.Contains(wanted, status)
	}
	return status >= 200 && status < 400
}

func httpWords(err error) string {
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "dial" {
		return dialWords(err)
	}
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var certificate x509.HostnameError
	switch {
	case errors.Is(err, context.Canceled):
		return "the probe was stopped"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "connected, but an HTTP answer did not come in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed the connection in place of an HTTP answer"
	case errors.Is(err, syscall.ECONNRESET):
		return "reset the connection in place of an HTTP answer"
	case errors.As(err, &record):
		return "answered without TLS: is the scheme http?"
	case errors.As(err, &alert), errors.As(err, &certificate):
		return "TLS failed: " + oneLine(err.Error())
	}
	return "sent something other than an HTTP answer: " + oneLine(strings.TrimPrefix(err.Error(), "net/http: HTTP/1.x transport connection broken: "))
}
