package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func TestTcpIsReadyWhenItConnects(t *testing.T) {
	answer := ask(t, probeSpec{Kind: "tcp"}, func(net.Conn) {})
	if !answer.Ready || !strings.HasSuffix(answer.Saw, "accepts connections") {
		t.Errorf("%+v", answer)
	}
}

func TestEveryKindSaysThatAConnectionIsRefused(t *testing.T) {
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close()
	for _, kind := range []string{"tcp", "http", "postgres", "mysql", "redis", "mongodb", "rabbitmq", "kafka"} {
		spec := probeSpec{Kind: kind, Host: "127.0.0.1", Port: port, Scheme: "http", Path: "/", Password: "s3cret-word"}
		expectRefused(t, spec, probe(context.Background(), spec), "connection refused")
	}
}

func TestAServerOnLoopbackOnlyIsNotTheRealOne(t *testing.T) {
	if selfAddress() == "127.0.0.1" {
		t.Fatal("this test needs a network address")
	}
	for _, kind := range []string{"tcp", "http", "redis"} {
		_, port := startServer(t, func(net.Conn) {})
		spec := probeSpec{Kind: kind, Port: port, Scheme: "http", Path: "/"}
		expectRefused(t, spec, probe(context.Background(), spec), "connection refused")
	}
}

func TestANameThatDoesNotResolveIsSaid(t *testing.T) {
	spec := probeSpec{Kind: "tcp", Host: "no-such-host.invalid", Port: 1, Timeout: 2_000}
	expectRefused(t, spec, probe(context.Background(), spec), "no-such-host.invalid", "no connection in time")
}

func TestAProbeEndsWithItsCaller(t *testing.T) {
	for _, kind := range []string{"redis", "http"} {
		host, port := startServer(t, waitForClose)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(50*time.Millisecond, cancel)
		begin := time.Now()
		spec := probeSpec{Kind: kind, Host: host, Port: port, Scheme: "http", Path: "/", Timeout: 60_000}
		expectRefused(t, spec, probe(ctx, spec), "was stopped", "did not come in time")
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%s took %s", kind, took)
		}
	}
}

func TestProbesThatCannotBeAskedAreRefused(t *testing.T) {
	for _, c := range []struct {
		spec  probeSpec
		words string
	}{
		{probeSpec{Kind: "gopher", Port: 70}, `unknown kind of probe "gopher"`},
		{probeSpec{Kind: "tcp"}, "port between 1 and 65535, got 0"},
		{probeSpec{Kind: "tcp", Port: 70000}, "got 70000"},
		{probeSpec{Kind: "http", Port: 80, Scheme: "ftp", Path: "/"}, `scheme http or https, got "ftp"`},
		{probeSpec{Kind: "http", Port: 80, Scheme: "http", Path: "health"}, `begins with /, got "health"`},
		{probeSpec{Kind: "command"}, "needs argv"},
		{probeSpec{Kind: "postgres", Port: 1, User: "a\x00database\x00b"}, "zero byte"},
		{probeSpec{Kind: "rabbitmq", Port: 1, Vhost: strings.Repeat("v", 256)}, "at most 255 bytes"},
	} {
		if err := c.spec.validate(); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v: %v", c.spec, err)
		}
		expectRefused(t, c.spec, probe(context.Background(), c.spec), c.words)
	}
}

func TestTheTimeoutOfAnAttemptHasADefaultAndAnEnd(t *testing.T) {
	for given, want := range map[int64]time.Duration{0: 5 * time.Second, -1: 5 * time.Second, 20: 20 * time.Millisecond, 1 << 62: 10 * time.Minute} {
		if got := (probeSpec{Timeout: given}).attempt(); got != want {
			t.Errorf("%d gives %s", given, got)
		}
	}
}

func TestTheRequestIsReadAsTheOwnerWritesIt(t *testing.T) {
	var spec probeSpec
	err := json.Unmarshal([]byte(`{"kind":"http","port":8000,"path":"/healthz","scheme":"https","status":[200,204],"timeout":5000}`), &spec)
	if err != nil || fmt.Sprintf("%d %s %s %d %d", spec.Port, spec.Path, spec.Scheme, spec.Status, spec.Timeout) != "8000 /healthz https [200 204] 5000" {
		t.Errorf("%+v %v", spec, err)
	}
	answer, _ := json.Marshal(probeAnswer{Saw: "connection refused"})
	if string(answer) != `{"ready":false,"saw":"connection refused"}` {
		t.Error(string(answer))
	}
}

func TestALineForPeopleIsShortAndPlain(t *testing.T) {
	for text, want := range map[string]string{
		"  two\r\n lines\t": "two lines", "\x1b[31mred\x00": "[31mred", "\xff\xfe": "?", "": "", "naïve ✓": "naïve ✓",
	} {
		if got := oneLine(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := []rune(oneLine(strings.Repeat("ä", 10_000))); len(got) != probeMaxWords+1 {
		t.Errorf("%d characters", len(got))
	}
}

func TestThePasswordIsTakenOutOfWhatAServerSays(t *testing.T) {
	conn := newProbeConn(nil, "two words")
	for _, text := range []string{"my two words", "my two\nwords", strings.Repeat("x", probeMaxWords-6) + "two words"} {
		if got := conn.says(text); strings.Contains(got, "two words") || strings.Contains(got, "two w") {
			t.Error(got)
		}
	}
}
