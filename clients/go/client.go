package space

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// client speaks to the broker for this process.
type client struct {
	address
	http *http.Client
	// patience is what the broker gets for an answer, on top of the time that it may wait itself.
	patience time.Duration

	opening sync.Mutex
	session string
}

// clients of this process, by address: a process has one session with a broker, whoever in it asks.
var clients struct {
	sync.Mutex
	byAddress map[address]*client
}

func processClient() (*client, error) {
	at, err := addressOf(os.Getenv)
	if err != nil {
		return nil, err
	}
	clients.Lock()
	defer clients.Unlock()
	if clients.byAddress == nil {
		clients.byAddress = map[address]*client{}
	}
	found, isKnown := clients.byAddress[at]
	if !isKnown {
		found = newClient(at)
		clients.byAddress[at] = found
	}
	return found, nil
}

const defaultPatience = 30 * time.Second

// mostIdle is how many connections wait for the next request: each test that runs in parallel uses one at a time.
const mostIdle = 128

func newClient(at address) *client {
	return &client{address: at, patience: defaultPatience, http: &http.Client{
		// No proxy: the broker is on this machine.
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: defaultPatience}).DialContext,
			MaxIdleConnsPerHost: mostIdle,
			IdleConnTimeout:     time.Minute,
			DisableCompression:  true,
		},
		// The token goes nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// openSession gives the session of this process, which is as long as the process, or the connection that holds it. It depends on no
// single test: whoever comes first opens it for all.
func (c *client) openSession() (string, error) {
	c.opening.Lock()
	defer c.opening.Unlock()
	if c.session != "" {
		return c.session, nil
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	late := time.AfterFunc(c.patience, func() { cancel(lateError{c.patience}) })
	response, err := c.send(ctx, http.MethodPost, "/v1/sessions", nil)
	if err != nil {
		cancel(nil)
		return "", err
	}
	var opened sessionMessage
	err = json.NewDecoder(response.Body).Decode(&opened)
	if err == nil && opened.Session == "" {
		err = errors.New("its answer names no session")
	}
	if !late.Stop() || err != nil {
		err = c.unreachable(ctx, err)
		cancel(nil)
		return "", err
	}
	c.session = opened.Session
	go c.hold(response.Body, cancel)
	return c.session, nil
}

// hold keeps the session until its connection ends; the next one who needs it opens another.
func (c *client) hold(body io.Reader, cancel context.CancelCauseFunc) {
	defer cancel(nil)
	// Nothing comes but the end.
	_, _ = io.Copy(io.Discard, body)
	c.opening.Lock()
	defer c.opening.Unlock()
	c.session = ""
}

// ask sends a request and reads its answer.
func (c *client) ask(ctx context.Context, method, path string, message, answer any) error {
	response, err := c.send(ctx, method, path, message)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if err := json.Unmarshal(content, answer); err != nil {
		return c.unreachable(ctx, fmt.Errorf("its answer is none of a broker: %w", err))
	}
	return nil
}

// send gives an answer whose status is one of success; any other is an *Error.
func (c *client) send(ctx context.Context, method, path string, message any) (*http.Response, error) {
	var body io.Reader
	if message != nil {
		content, err := json.Marshal(message)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.url, "/")+path, body)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if response.StatusCode/100 == 2 {
		return response, nil
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	var failure Error
	if json.Unmarshal(content, &failure) != nil || failure.Code == "" {
		return nil, c.unreachable(ctx, fmt.Errorf("its answer is none of a broker: %s", response.Status))
	}
	return nil, &failure
}

// unreachable says who does not answer, and why as far as it is known.
func (c *client) unreachable(ctx context.Context, err error) error {
	// It names the method and the address, which the message has.
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var late lateError
	if cause := context.Cause(ctx); errors.As(cause, &late) {
		err = late
	} else if cause != nil {
		return fmt.Errorf("gave up on the broker: %w", cause)
	}
	return &Error{
		Code:    "BROKER_UNREACHABLE",
		Message: fmt.Sprintf("the broker at %s does not answer: %v", c.url, err),
		Hint:    "The run that SEATRIAL_BROKER speaks of has probably ended.",
		cause:   err,
	}
}

// lateError is why a request ended that nobody else gave up.
type lateError struct{ after time.Duration }

func (e lateError) Error() string { return fmt.Sprintf("nothing came within %v", e.after) }
