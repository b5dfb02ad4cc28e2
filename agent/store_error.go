package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// storeError says what was to be stored where and why it was not; never a secret.
type storeError struct {
	message string
	again   bool
	cause   error
}

func (e *storeError) Error() string   { return e.message }
func (e *storeError) Temporary() bool { return e.again }
func (e *storeError) Unwrap() error   { return e.cause }

// temporary reports whether the same may succeed when it is tried again.
func temporary(err error) bool {
	var known interface{ Temporary() bool }
	return errors.As(err, &known) && known.Temporary()
}

// Answers that mean: ask again.
var busyStatuses = []int{
	http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

// Codes that mean so whatever their status is. A digest is wrong when the file changed between its two readings, or on its way.
var busyCodes = []string{
	"RequestTimeout", "SlowDown", "OperationAborted", "Throttling", "ThrottlingException", "ServerBusy", "OperationTimedOut",
	"IDPCommunicationError", "XAmzContentSHA256Mismatch", "BadDigest", "Md5Mismatch",
}

// refused is the error for an answer that is none of those that were hoped for.
func refused(name string, got storeAnswer, from string, hide ...string) *storeError {
	code, words := got.words()
	said := fmt.Sprintf("%d %s", got.status, http.StatusText(got.status))
	if code != "" {
		said = fmt.Sprintf("%d %s", got.status, code)
	}
	if words != "" {
		said += ": " + strings.TrimSuffix(words, ".")
	}
	message := name + ": the server answered " + said
	if host := got.redirectHost(); host != "" {
		message += "; it points to " + host + ", which is not followed: write that address if it is right"
	}
	if from != "" {
		message += "; " + from
	}
	if hint := refusalHints[code]; hint != "" {
		message += " (" + hint + ")"
	}
	return &storeError{message: hideIn(message, hide), again: slices.Contains(busyStatuses, got.status) || slices.Contains(busyCodes, code)}
}

var refusalHints = map[string]string{
	"RequestTimeTooSkewed":  "is this machine's clock right?",
	"SignatureDoesNotMatch": "is the secret key right?",
	"NoSuchBucket":          "is there such a bucket at this endpoint?",
}

// unreached is the error for a request that got no answer.
func unreached(name string, err error) *storeError {
	var authority x509.UnknownAuthorityError
	var roots x509.SystemRootsError
	var host x509.HostnameError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority), errors.As(err, &roots):
		return &storeError{message: name + ": the server's certificate is not from an authority that is trusted here; authorities are read from /etc/ssl/certs/ca-certificates.crt, or from the file that SSL_CERT_FILE names", cause: err}
	case errors.As(err, &host), errors.As(err, &certificate):
		return &storeError{message: name + ": " + oneLine(err.Error()), cause: err}
	case errors.As(err, &record):
		return &storeError{message: name + ": the server answered without TLS; is it http://?", cause: err}
	case errors.Is(err, errContentShort):
		return &storeError{message: name + ": " + errContentShort.Error(), cause: err}
	case errors.Is(err, context.Canceled):
		return &storeError{message: name + ": stopped before it was stored", cause: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &storeError{message: name + ": no answer in time", again: true, cause: err}
	}
	return &storeError{message: name + ": " + oneLine(err.Error()), again: true, cause: err}
}

// words are the code and the sentence of an error in XML or JSON, else the first words of what came.
func (a storeAnswer) words() (code, message string) {
	body := strings.TrimSpace(string(a.body))
	if strings.HasPrefix(body, "<") {
		code, message = xmlWords(body)
	} else if strings.HasPrefix(body, "{") {
		code, message = jsonWords(body)
	} else if !strings.Contains(a.header.Get("Content-Type"), "html") {
		message = body
	}
	if code == "" {
		code = a.header.Get("X-Ms-Error-Code")
	}
	return oneLine(code), oneLine(message)
}

func xmlWords(body string) (code, message string) {
	var failed struct {
		XMLName xml.Name
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
		// As Amazon's STS nests it.
		Error struct {
			Code    string `xml:"Code"`
			Message string `xml:"Message"`
		} `xml:"Error"`
	}
	if xml.Unmarshal([]byte(body), &failed) != nil || !strings.HasPrefix(failed.XMLName.Local, "Error") {
		return "", ""
	}
	if failed.Code == "" {
		return failed.Error.Code, failed.Error.Message
	}
	return failed.Code, failed.Message
}

func jsonWords(body string) (code, message string) {
	var failed struct {
		Code             string          `json:"code"`
		Message          string          `json:"message"`
		Error            json.RawMessage `json:"error"`
		ErrorDescription string          `json:"error_description"`
	}
	if json.Unmarshal([]byte(body), &failed) != nil {
		return "", ""
	}
	if failed.Error == nil {
		return failed.Code, failed.Message
	}
	var nested struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}
	// OAuth says a word and a description, Google's storage an object.
	if json.Unmarshal(failed.Error, &code) == nil {
		return code, failed.ErrorDescription
	}
	_ = json.Unmarshal(failed.Error, &nested)
	return nested.Status, nested.Message
}

const shortestSecret = 4

// hideIn replaces secrets: a server may repeat what it was sent. The longest go first, as one may contain another.
func hideIn(text string, secrets []string) string {
	secrets = slices.Clone(secrets)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		if len(secret) >= shortestSecret {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return text
}
