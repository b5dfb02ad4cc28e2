package main

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Real servers are probed when the environment names them, each variable holding URLs separated by spaces:
//
//	SEATRIAL_PROBE_READY="postgres://user:password@host:5432/database mysql://root:password@host:3306/database
//	    redis://:password@host:6379 mongodb://user:password@host:27017 rabbitmq://user:password@host:5672/vhost
//	    kafka://host:9092 http://host:8000/healthz tcp://host:80"
//	SEATRIAL_PROBE_NOT_READY="postgres://user@host:5432/database"
//
// A URL with a password is asked a second time with a wrong one, which the server must refuse.

func specOf(t *testing.T, text string) probeSpec {
	t.Helper()
	address, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(address.Port())
	password, _ := address.User.Password()
	name := strings.TrimPrefix(address.Path, "/")
	spec := probeSpec{
		Kind: address.Scheme, Host: address.Hostname(), Port: port, Scheme: address.Scheme, Path: address.RequestURI(),
		User: address.User.Username(), Password: password, Database: name, Vhost: "/" + name,
	}
	if address.Scheme == "https" {
		spec.Kind = "http"
	}
	return spec
}

func TestRealServersAreReady(t *testing.T) {
	for _, text := range strings.Fields(os.Getenv("SEATRIAL_PROBE_READY")) {
		spec := specOf(t, text)
		t.Run(spec.Kind, func(t *testing.T) {
			begin := time.Now()
			first := probe(context.Background(), spec)
			t.Logf("%+v after %s", first, time.Since(begin))
			checkSaw(t, spec, first)
			time.Sleep(1100 * time.Millisecond)
			again := probe(context.Background(), spec)
			if !first.Ready || !again.Ready || first.Instance != again.Instance {
				t.Errorf("%+v, then %+v", first, again)
			}
			if tells := slices.Contains([]string{"postgres", "mysql", "redis", "mongodb"}, spec.Kind); tells == (first.Instance == "") {
				t.Errorf("instance %q", first.Instance)
			}
			if spec.Password != "" {
				spec.Password = "not-the-password"
				refused := probe(context.Background(), spec)
				t.Logf("%+v", refused)
				if refused.Ready {
					t.Error("a wrong password was taken")
				}
			}
		})
	}
}

func TestRealServersAreNotReady(t *testing.T) {
	for _, text := range strings.Fields(os.Getenv("SEATRIAL_PROBE_NOT_READY")) {
		spec := specOf(t, text)
		answer := probe(context.Background(), spec)
		t.Logf("%+v", answer)
		expectRefused(t, spec, answer, answer.Saw)
	}
}
