package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// storageServer takes PUT into a folder, as its answers allow.
type storageServer struct {
	*httptest.Server
	folder string
	// delay is how long each answer takes; it is set before the first request.
	delay time.Duration
	mu    sync.Mutex
	// answers are the statuses of the next requests; 0 is no answer until the client gives up. Without any, 200.
	answers []int
	puts    []string
}

func newStorageServer(t *testing.T, answers ...int) *storageServer {
	t.Helper()
	s := &storageServer{folder: t.TempDir(), answers: answers}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *storageServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	status := s.next(r)
	time.Sleep(s.delay)
	switch {
	case err != nil || r.Method != http.MethodPut:
		status = http.StatusBadRequest
	case status == 0:
		<-r.Context().Done()
		return
	case status == http.StatusOK:
		store := folderDestination{s.folder}
		if store.put(r.Context(), strings.TrimPrefix(r.URL.Path, "/"), bytes.NewReader(content), r.ContentLength) != nil {
			status = http.StatusInternalServerError
		}
	}
	w.WriteHeader(status)
}

func (s *storageServer) next(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts = append(s.puts, filepath.Base(r.URL.Path))
	if len(s.answers) == 0 {
		return http.StatusOK
	}
	status := s.answers[0]
	// The last one holds for all that follow, when it says no.
	if len(s.answers) > 1 || status == http.StatusOK {
		s.answers = s.answers[1:]
	}
	return status
}

func (s *storageServer) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.puts...)
}

func (s *storageServer) wantUnit(t *testing.T, files int) unitManifest {
	t.Helper()
	_, manifest, found := findUnit(t, s.folder)
	if !found || len(manifest.Files) != files {
		t.Fatalf("of %d files there are %+v", files, manifest.Files)
	}
	return manifest
}

func TestManifestIsSentAfterTheFilesItLists(t *testing.T) {
	server := newStorageServer(t)
	u := runCover(t, coverCase{flags: []string{"--to", server.URL}, argv: []string{covered(t), "exit", "0"}})
	u.wantCode(0)
	server.wantUnit(t, 2)
	if names := server.names(); names[len(names)-1] != "manifest.json" {
		t.Errorf("%v", names)
	}
}

func TestStorageThatIsBusyIsAskedAgain(t *testing.T) {
	t.Parallel()
	server := newStorageServer(t, 500, 503, 500, 200)
	u := runCover(t, coverCase{flags: []string{"--to", server.URL}, argv: []string{covered(t), "exit", "7"}})
	u.wantCode(7)
	server.wantUnit(t, 2)
	if !u.summary().Complete {
		t.Errorf("%s", u.stderr.text())
	}
}

func TestStorageThatHangsOnceIsAskedAgainWithinTheBudget(t *testing.T) {
	t.Parallel()
	server := newStorageServer(t, 0, 0, 200)
	u := runCover(t, coverCase{flags: []string{"--to", server.URL, "--budget", "8s"}, argv: []string{covered(t), "exit", "7"}})
	u.wantCode(7)
	server.wantUnit(t, 2)
	if u.took > 9*time.Second {
		t.Errorf("it took %v", u.took)
	}
}

func TestEndThatMeetsARunningFlushKeepsTimeForTheManifest(t *testing.T) {
	t.Parallel()
	server := newStorageServer(t)
	server.delay = 300 * time.Millisecond
	// One after the other, 20 files would take 6 s. They appear at once, so that one flush has most of them.
	leave := `trap "exit 3" TERM
mkdir "$GOCOVERDIR/x"
for i in $(seq 20); do echo "$i" > "$GOCOVERDIR/x/covmeta.$(printf %032x "$i")"; done
mv "$GOCOVERDIR"/x/* "$GOCOVERDIR"
while :; do sleep 0.05; done`
	u := startCover(t, coverCase{flags: []string{"--to", server.URL, "--flush", "100ms", "--budget", "4s"}, argv: []string{"sh", "-c", leave}})
	eventually(t, "a flush under way", func() bool { return len(server.names()) > 3 })
	u.signal(syscall.SIGTERM)
	u.wantCode(3)
	if manifest := server.wantUnit(t, 20); manifest.EndedAt == "" || manifest.Exit == nil {
		t.Errorf("it has no end: %+v", manifest)
	}
}

func TestStorageInTroubleNeverOutlastsTheBudget(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to   string
		says string
	}{
		"hangs":     {newStorageServer(t, 0).URL, "not answer in time"},
		"is broken": {newStorageServer(t, 500).URL, "500"},
		"is away":   {closedAddress(t), "refused"},
		"is silent": {silentAddress(t), "not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := startCover(t, coverCase{flags: []string{"--to", c.to + "/?sig=hidden", "--budget", "3s"}, argv: []string{covered(t), "wait"}})
			u.waitForOutput("ready")
			time.Sleep(300 * time.Millisecond)
			told := time.Now()
			u.signal(syscall.SIGTERM)
			if took := u.endedAfter(told); took > 4*time.Second {
				t.Errorf("the end took %v", took)
			}
			u.wantCode(0)
			summary := u.summary()
			if summary.Complete || len(summary.NotSent) == 0 || summary.Folder == "" {
				t.Errorf("%+v", summary)
			}
			said := u.stderr.text()
			if !strings.Contains(said, c.says) || !strings.Contains(said, "sent 0 of 3 files") || strings.Contains(said, "hidden") || strings.Count(said, "\n") != 1 {
				t.Errorf("%q", said)
			}
			if kept, _ := filepath.Glob(summary.Folder + "/go/cov*"); len(kept) != 2 {
				t.Errorf("kept: %v", kept)
			}
		})
	}
}

// silentAddress accepts connections and says nothing.
func silentAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return "http://" + listener.Addr().String()
}

func TestStorageThatRefusesIsNotAskedForLong(t *testing.T) {
	t.Parallel()
	server := newStorageServer(t, http.StatusForbidden)
	u := runCover(t, coverCase{flags: []string{"--to", server.URL}, argv: []string{covered(t), "exit", "0"}})
	u.wantCode(0)
	if u.took > 3*time.Second || !strings.Contains(u.stderr.text(), "403") {
		t.Errorf("after %v: %s", u.took, u.stderr.text())
	}
}

func TestStorageThatComesBackWhileTheAppRunsGetsMetaData(t *testing.T) {
	t.Parallel()
	server := newStorageServer(t, 500, 500, 200)
	u := startCover(t, coverCase{flags: []string{"--to", server.URL}, argv: []string{covered(t), "wait"}})
	eventually(t, "meta data", func() bool {
		_, manifest, found := findUnit(t, server.folder)
		return found && len(manifest.Files) == 1
	})
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	server.wantUnit(t, 2)
}

func TestProgramRunsWithSettingsThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags, env []string
		says       string
	}{
		"unknown scheme":     {[]string{"--to", "ftp2://host/x?secret=hidden"}, nil, "ftp2"},
		"unknown flag":       {[]string{"--no-such", "x", "--service", "s"}, nil, "no-such"},
		"no time":            {[]string{"--budget", "soon"}, nil, `"soon" is not a time`},
		"missing value":      {[]string{"--service"}, nil, "needs an argument"},
		"wrong variable":     {nil, []string{"SEATRIAL_COVER_SHARE=200%"}, "SEATRIAL_COVER_SHARE"},
		"unknown language":   {[]string{"--languages", "cobol"}, nil, "cobol"},
		"folder is a file":   {[]string{"--folder", os.Args[0]}, nil, ""},
		"summary to nowhere": {[]string{"--summary", "/no/such/folder/x"}, nil, "the summary is not written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := runCover(t, coverCase{flags: c.flags, env: c.env, argv: []string{covered(t), "exit", "9"}})
			u.wantCode(9)
			if !strings.Contains(u.stderr.text(), c.says) || strings.Contains(u.stderr.text(), "hidden") {
				t.Errorf("%s", u.stderr.text())
			}
		})
	}
}

func TestWithoutDestinationTheProgramRunsAndProfilesAreLeft(t *testing.T) {
	u := runCover(t, coverCase{flags: []string{"--to", ""}, argv: []string{covered(t), "exit", "9"}})
	u.wantCode(9)
	summary := u.summary()
	if kept, _ := filepath.Glob(summary.Folder + "/go/cov*"); len(kept) != 2 || !strings.Contains(u.stderr.text(), "no destination is named (--to)") {
		t.Errorf("%v %s", kept, u.stderr.text())
	}
}

func TestCredentialsThatNobodyHasDoNotHoldTheEndUp(t *testing.T) {
	t.Parallel()
	for name, metadata := range map[string]string{"nobody is there": closedAddress(t), "nobody answers": silentAddress(t)} {
		nowhere := []string{
			"HOME=/no/such/home", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_PROFILE=", "AWS_WEB_IDENTITY_TOKEN_FILE=",
			"AWS_CONTAINER_CREDENTIALS_FULL_URI=", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=", "AWS_EC2_METADATA_DISABLED=",
			"AWS_EC2_METADATA_SERVICE_ENDPOINT=" + metadata, "AWS_ENDPOINT_URL=" + metadata,
		}
		says := []string{"no credentials for S3 in ", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (not set), ", " does not answer: "}
		t.Run(name+", which is known before the end", func(t *testing.T) {
			t.Parallel()
			u := startCover(t, coverCase{flags: []string{"--to", "s3://bucket", "--budget", "20s"}, env: nowhere, argv: []string{covered(t), "wait"}})
			eventually(t, "word of it", func() bool { return strings.Contains(u.stderr.text(), says[0]) })
			told := time.Now()
			u.signal(syscall.SIGTERM)
			if took := u.endedAfter(told); took > 4*time.Second {
				t.Errorf("the end took %v", took)
			}
			u.wantCode(0)
			wantNotSent(t, u.summary(), says)
		})
		t.Run(name+", for a program that ends at once", func(t *testing.T) {
			t.Parallel()
			u := runCover(t, coverCase{flags: []string{"--to", "s3://bucket", "--budget", "20s"}, env: nowhere, argv: []string{covered(t), "exit", "7"}})
			u.wantCode(7)
			if u.took > 8*time.Second {
				t.Errorf("it took %v", u.took)
			}
			wantNotSent(t, u.summary(), says)
		})
	}
}

func TestCredentialsThatAreLongInComingWhenTheEndBeginsAreAskedForAnew(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if asked.Add(1) == 1 {
			<-r.Context().Done()
			return
		}
		io.WriteString(w, `<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey></Credentials></AssumeRoleWithWebIdentityResult></R>`)
	}))
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("ETag", `"0"`)
	}))
	t.Cleanup(bucket.Close)
	t.Cleanup(func() {
		sts.CloseClientConnections()
		sts.Close()
	})
	env := []string{
		"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_ROLE_ARN=arn", "AWS_WEB_IDENTITY_TOKEN_FILE=" + secretIn(t, "jwt"),
		"AWS_ENDPOINT_URL_STS=" + sts.URL, "AWS_ENDPOINT_URL_S3=" + bucket.URL,
	}
	u := startCover(t, coverCase{flags: []string{"--to", "s3://bucket", "--budget", "8s"}, env: env, argv: []string{covered(t), "wait"}})
	u.waitForOutput("ready")
	eventually(t, "a question", func() bool { return asked.Load() == 1 })
	u.signal(syscall.SIGTERM)
	u.wantCode(0)
	if !u.summary().Complete || strings.Count(u.stderr.text(), "\n") != 1 {
		t.Errorf("asked %d times: %s", asked.Load(), u.stderr.text())
	}
}

// wantNotSent wants that all that was not sent says these.
func wantNotSent(t *testing.T, summary coverSummary, says []string) {
	t.Helper()
	if summary.Complete || len(summary.NotSent) != 3 {
		t.Errorf("%+v", summary)
	}
	for _, file := range summary.NotSent {
		for _, text := range says {
			if !strings.Contains(file.Why, text) {
				t.Errorf("%s: %q is not in %q", file.Path, text, file.Why)
			}
		}
	}
}

// closedAddress refuses connections.
func closedAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return "http://" + listener.Addr().String()
}
