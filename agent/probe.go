package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	probeDefaultTimeout = 5 * time.Second
	probeMaxTimeout     = 10 * time.Minute
)

// probeSpec is one question asked of a service. Beside kind and timeout every field belongs to some kinds only;
// user is the server's account, for a command the container's.
type probeSpec struct {
	Kind string `json:"kind"`
	// Milliseconds for this one attempt, connecting included.
	Timeout int64 `json:"timeout"`
	// Default: the container's own network address, where a server on loopback only does not answer.
	Host string `json:"host"`
	Port int    `json:"port"`

	Scheme string `json:"scheme"`
	Path   string `json:"path"`
	Status []int  `json:"status"`

	User     string `json:"user"`
	Password string `json:"password"`
	Database string `json:"database"`
	Vhost    string `json:"vhost"`

	Argv       []string          `json:"argv"`
	Env        map[string]string `json:"env"`
	WorkingDir string            `json:"workingDir"`
}

// probeAnswer says what one attempt found.
type probeAnswer struct {
	Ready bool `json:"ready"`
	// One line for people, never with the password.
	Saw string `json:"saw"`
	// Changes when the server restarts; empty where the protocol does not tell.
	Instance string `json:"instance,omitempty"`
}

// probe asks a service once whether it is ready. It ends by the spec's timeout; a refusal is an answer.
func probe(ctx context.Context, spec probeSpec) probeAnswer {
	if err := spec.validate(); err != nil {
		return probeAnswer{Saw: err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, spec.attempt())
	defer cancel()
	answer, err := askService(ctx, spec)
	if err != nil {
		return probeAnswer{Saw: err.Error()}
	}
	answer.Ready = true
	return answer
}

// askService returns an error when the service is not ready; the error's text is what was seen.
func askService(ctx context.Context, spec probeSpec) (probeAnswer, error) {
	switch spec.Kind {
	case "command":
		return probeCommand(ctx, spec)
	case "http":
		return probeHTTP(ctx, spec)
	}
	conn, err := dialProbe(ctx, spec)
	if err != nil {
		return probeAnswer{}, err
	}
	defer conn.close()
	switch spec.Kind {
	case "postgres":
		return probePostgres(conn, spec)
	case "mysql":
		return probeMysql(conn, spec)
	case "redis":
		return probeRedis(conn, spec)
	case "mongodb":
		return probeMongodb(conn, spec)
	case "rabbitmq":
		return probeRabbitmq(conn, spec)
	case "kafka":
		return probeKafka(conn)
	default:
		return probeAnswer{Saw: fmt.Sprintf("port %d accepts connections", spec.Port)}, nil
	}
}

// validate refuses what no attempt could ever answer: a mistake of the caller, not of the service.
func (s probeSpec) validate() error {
	switch s.Kind {
	case "command":
		if len(s.Argv) == 0 {
			return errors.New("a command probe needs argv")
		}
		return nil
	case "http":
		if s.Scheme != "http" && s.Scheme != "https" {
			return fmt.Errorf("an http probe needs scheme http or https, got %q", s.Scheme)
		}
		if !strings.HasPrefix(s.Path, "/") {
			return fmt.Errorf("an http probe needs a path that begins with /, got %q", s.Path)
		}
	case "tcp", "postgres", "mysql", "redis", "mongodb", "rabbitmq", "kafka":
	default:
		return fmt.Errorf("unknown kind of probe %q", s.Kind)
	}
	if s.Port < 1 || s.Port > 65535 {
		return fmt.Errorf("a %s probe needs a port between 1 and 65535, got %d", s.Kind, s.Port)
	}
	// These protocols end their strings with a zero byte: one inside would become another message.
	if strings.ContainsRune(s.User+s.Password+s.Database+s.Vhost, 0) {
		return fmt.Errorf("a %s probe cannot take a zero byte in user, password, database or vhost", s.Kind)
	}
	if len(s.Vhost) > 255 {
		return fmt.Errorf("a %s probe's vhost has at most 255 bytes", s.Kind)
	}
	return nil
}

func (s probeSpec) attempt() time.Duration {
	if s.Timeout <= 0 {
		return probeDefaultTimeout
	}
	if s.Timeout > probeMaxTimeout.Milliseconds() {
		return probeMaxTimeout
	}
	return time.Duration(s.Timeout) * time.Millisecond
}
