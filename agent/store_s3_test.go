package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const testSecret = "the/secret+key"

func s3Env(more ...string) map[string]string {
	env := map[string]string{"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": testSecret}
	for i := 0; i+1 < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return env
}

func TestEndpointsWithoutASchemeAreHTTPSUnlessTheyAreThisMachine(t *testing.T) {
	var cases []struct {
		Given string
		Is    *string
	}
	if err := json.Unmarshal(mustRead(t, "../protocol/golden/coverage/endpoints.json"), &cases); err != nil || len(cases) == 0 {
		t.Fatal(err)
	}
	for _, each := range cases {
		endpoint, err := parseEndpoint(each.Given, "AWS_ENDPOINT_URL")
		if (err != nil) != (each.Is == nil) {
			t.Errorf("%s: %v", each.Given, err)
		} else if err == nil && endpoint.String() != *each.Is {
			t.Errorf("%s is %s, not %s", each.Given, endpoint, *each.Is)
		}
	}
}

func TestS3IsAskedWhereAndHowItWants(t *testing.T) {
	for name, each := range map[string]struct {
		address, host, region, want string
		env                         map[string]string
	}{
		"Amazon's own, by the bucket's name": {"s3://coverage/orders", "coverage.s3.eu-west-1.amazonaws.com:443", "eu-west-1", "coverage.s3.eu-west-1.amazonaws.com/orders/", s3Env("AWS_REGION", "eu-west-1")},
		"the default region":                 {"s3://coverage", "coverage.s3.us-east-1.amazonaws.com:443", "us-east-1", "coverage.s3.us-east-1.amazonaws.com/", s3Env()},
		"AWS_DEFAULT_REGION":                 {"s3://coverage/", "coverage.s3.eu-north-1.amazonaws.com:443", "eu-north-1", "coverage.s3.eu-north-1.amazonaws.com/", s3Env("AWS_DEFAULT_REGION", "eu-north-1")},
		"China":                              {"s3://coverage?region=cn-north-1", "coverage.s3.cn-north-1.amazonaws.com.cn:443", "cn-north-1", "coverage.s3.cn-north-1.amazonaws.com.cn/", s3Env("AWS_REGION", "eu-west-1")},
		"a name that no certificate covers":  {"s3://cover.age", "s3.us-east-1.amazonaws.com:443", "us-east-1", "s3.us-east-1.amazonaws.com/cover.age/", s3Env()},
		"path style by wish":                 {"s3://coverage?path-style=1", "s3.us-east-1.amazonaws.com:443", "us-east-1", "s3.us-east-1.amazonaws.com/coverage/", s3Env()},
		"another server":                     {"s3://coverage/a/b?endpoint=http://minio:9000", "minio:9000", "us-east-1", "minio:9000/coverage/a/b/", s3Env("AWS_ENDPOINT_URL", "http://elsewhere")},
		"a server below a path":              {"s3://coverage?endpoint=https://storage.example.com/s3/", "storage.example.com:443", "us-east-1", "storage.example.com/s3/coverage/", s3Env()},
		"AWS_ENDPOINT_URL_S3":                {"s3://coverage", "minio:9000", "us-east-1", "minio:9000/coverage/", s3Env("AWS_ENDPOINT_URL_S3", "http://minio:9000", "AWS_ENDPOINT_URL", "http://elsewhere")},
		"AWS_ENDPOINT_URL":                   {"s3://coverage", "minio:9000", "us-east-1", "minio:9000/coverage/", s3Env("AWS_ENDPOINT_URL", "http://minio:9000")},
		"names of buckets below a server":    {"s3://coverage?endpoint=http://minio:9000&path-style=0", "coverage.minio:9000", "us-east-1", "coverage.minio:9000/", s3Env()},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, each.env)
			server := &fakeS3{t: t, secret: testSecret, region: each.region}
			cloud.serve(each.host, server.ServeHTTP)
			mustStore(t, cloud.open(each.address), unitKey, "{}")
			if got := server.stored[each.want+unitKey]; got != "{}" {
				t.Errorf("stored: %v", server.stored)
			}
		})
	}
}

func TestS3TakesAnyKeyAndContent(t *testing.T) {
	cloud := newFakeCloud(t, s3Env("AWS_SESSION_TOKEN", "session/token=="))
	server := &fakeS3{t: t, secret: testSecret, region: "us-east-1"}
	cloud.serve("minio:9000", server.ServeHTTP)
	store := cloud.open("s3://coverage/pre fix?endpoint=http://minio:9000")
	for _, key := range []string{"a b+c%20d&e=f?g#h/ü~_-.(x)*!'", "go/covcounters.0f.1.2", "sources/app/[id].js"} {
		for _, text := range []string{"", "x", strings.Repeat("0123456789abcdef", 1<<16)} {
			mustStore(t, store, key, text)
			if got := server.stored["minio:9000/coverage/pre fix/"+key]; got != text {
				t.Errorf("%s: %d bytes are %d", key, len(text), len(got))
			}
		}
	}
	if server.tokens[0] != "session/token==" {
		t.Errorf("the session's token is %q", server.tokens[0])
	}
}

func TestS3RefusalsSayWhatWhereAndWithWhoseKeys(t *testing.T) {
	for name, each := range map[string]struct {
		answer      http.HandlerFunc
		isTemporary bool
		says        []string
	}{
		"403": {func(w http.ResponseWriter, _ *http.Request) { s3Says(w, 403, "AccessDenied", "Access Denied.") }, false, []string{"s3://coverage/orders/" + unitKey, "403 AccessDenied: Access Denied", "AWS_ACCESS_KEY_ID of the environment"}},
		"a secret in the words": {func(w http.ResponseWriter, r *http.Request) {
			s3Says(w, 403, "Forbidden", "token "+r.Header.Get("X-Amz-Security-Token")+" and key "+testSecret)
		}, false, []string{"403 Forbidden", "[redacted]"}},
		"404":                {func(w http.ResponseWriter, _ *http.Request) { s3Says(w, 404, "NoSuchBucket", "no") }, false, []string{"404 NoSuchBucket", "is there such a bucket"}},
		"a clock":            {func(w http.ResponseWriter, _ *http.Request) { s3Says(w, 403, "RequestTimeTooSkewed", "no") }, false, []string{"clock"}},
		"429":                {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, true, []string{"429"}},
		"500":                {func(w http.ResponseWriter, _ *http.Request) { s3Says(w, 500, "InternalError", "Try again") }, true, []string{"500 InternalError"}},
		"503":                {func(w http.ResponseWriter, _ *http.Request) { s3Says(w, 503, "SlowDown", "") }, true, []string{"503 SlowDown"}},
		"400 RequestTimeout": {func(w http.ResponseWriter, _ *http.Request) { s3Says(w, 400, "RequestTimeout", "") }, true, []string{"400 RequestTimeout"}},
		"a page of HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<html>Please log in</html>")
		}, false, []string{"no ETag", "is the endpoint right"}},
		"broken XML":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403); fmt.Fprint(w, "<Error><Code>Acc") }, false, []string{"403 Forbidden"}},
		"control characters": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403); fmt.Fprint(w, "no\x1b[31m\r\nway") }, false, []string{"no [31m way"}},
		"a connection that breaks": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		}, true, []string{"s3://coverage/orders/"}},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "<Error>")
		}, true, []string{"s3://coverage/orders/"}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, s3Env("AWS_SESSION_TOKEN", "session/token"))
			cloud.serve("minio:9000", func(w http.ResponseWriter, r *http.Request) { bodyOf(t, r); each.answer(w, r) })
			err := storeText(t, cloud.open("s3://coverage/orders?endpoint=http://minio:9000"), unitKey, "{}")
			expectError(t, err, each.isTemporary, each.says, testSecret, "session/token", "\n", "\x1b")
		})
	}
}

func TestS3NeverFollowsARedirect(t *testing.T) {
	cloud := newFakeCloud(t, s3Env())
	cloud.serve("minio:9000", func(w http.ResponseWriter, r *http.Request) {
		bodyOf(t, r)
		w.Header().Set("Location", "http://thief:80/"+r.URL.Path)
		w.WriteHeader(307)
	})
	cloud.serve("thief:80", func(http.ResponseWriter, *http.Request) { t.Error("the thief was asked") })
	err := storeText(t, cloud.open("s3://coverage?endpoint=http://minio:9000"), unitKey, "{}")
	expectError(t, err, false, []string{"307", "thief:80", "not followed"})
}

func TestS3LearnsTheBucketsRegion(t *testing.T) {
	cloud := newFakeCloud(t, s3Env())
	cloud.serve("coverage.s3.us-east-1.amazonaws.com:443", func(w http.ResponseWriter, r *http.Request) {
		bodyOf(t, r)
		w.Header().Set("X-Amz-Bucket-Region", "eu-west-1")
		w.Header().Set("Location", "https://thief.example.com/")
		s3Says(w, 301, "PermanentRedirect", "elsewhere")
	})
	home := &fakeS3{t: t, secret: testSecret, region: "eu-west-1"}
	cloud.serve("coverage.s3.eu-west-1.amazonaws.com:443", home.ServeHTTP)
	store := cloud.open("s3://coverage")
	var group sync.WaitGroup
	for i := range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			if err := storeText(t, store, fmt.Sprintf("run/%d", i), "{}"); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
	if len(home.stored) != 4 {
		t.Errorf("stored: %v", home.stored)
	}
}

func TestS3DoesNotRunAfterRegions(t *testing.T) {
	for _, region := range []string{"eu-west-1", "evil.example.com/", "x.y"} {
		cloud := newFakeCloud(t, s3Env())
		asked := 0
		for _, host := range []string{"us-east-1", "eu-west-1"} {
			cloud.serve("coverage.s3."+host+".amazonaws.com:443", func(w http.ResponseWriter, r *http.Request) {
				bodyOf(t, r)
				asked++
				w.Header().Set("X-Amz-Bucket-Region", map[bool]string{true: region, false: "us-east-1"}[host == "us-east-1"])
				s3Says(w, 301, "PermanentRedirect", "elsewhere")
			})
		}
		expectError(t, storeText(t, cloud.open("s3://coverage"), unitKey, "{}"), false, []string{"301 PermanentRedirect"})
		if asked > 2 {
			t.Errorf("%d requests", asked)
		}
	}
}

func TestS3WaitsOnlyAsLongAsItIsLet(t *testing.T) {
	t.Parallel()
	cloud := newFakeCloud(t, s3Env())
	release := make(chan struct{})
	cloud.serve("minio:9000", func(_ http.ResponseWriter, r *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	// Larger than all buffers on the way: the body is still being sent when the time is up.
	content := strings.NewReader(strings.Repeat("x", 32<<20))
	err := cloud.open("s3://coverage?endpoint=http://minio:9000").put(ctx, unitKey, content, content.Size())
	expectError(t, err, true, []string{"no answer in time"})
	// Nobody else reads it now.
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		t.Error(err)
	}
	if rest, _ := io.ReadAll(content); len(rest) != 32<<20 {
		t.Errorf("%d bytes are left", len(rest))
	}
}

func TestS3StoresAFileThatGrowsAndRefusesOneThatShrinks(t *testing.T) {
	cloud := newFakeCloud(t, s3Env())
	server := &fakeS3{t: t, secret: testSecret, region: "us-east-1"}
	cloud.serve("minio:9000", server.ServeHTTP)
	store := cloud.open("s3://coverage?endpoint=http://minio:9000")
	if err := store.put(context.Background(), "a", strings.NewReader("1234567"), 4); err != nil || server.stored["minio:9000/coverage/a"] != "1234" {
		t.Errorf("%v, stored %v", err, server.stored)
	}
	expectError(t, store.put(context.Background(), "a", strings.NewReader("123"), 4), false, []string{"became shorter"})
}

func TestDestinationsThatAreNoneAreRefusedWithoutTheirSecrets(t *testing.T) {
	for address, says := range map[string]string{
		"":                                     "empty",
		"ftp://host/path":                      "cannot store there",
		"s3://":                                "no name of a bucket",
		"s3://buck et":                         "no name of a bucket",
		"s3://bucket/a/../b":                   "..",
		"s3://bucket/a//b":                     "empty",
		"s3://bucket?endpiont=http://h":        "endpiont",
		"s3://bucket?region=a&region=b":        "said twice",
		"s3://bucket?endpoint=ftp://h":         "no address of a server",
		"s3://bucket?path-style=maybe":         "1 or 0",
		"s3://bucket?region=Evil.example":      "region",
		"gs://bucket?region=x":                 "region",
		"az://account":                         "container",
		"https://":                             "no valid URL",
		"http://user:hunter22@[::1/x?q=s3cr3t": "no valid URL",
		"https://a.blob.core.windows.net/?sv=1&sig=s3cr3t": "container",
		"file://host/path": "file:///",
	} {
		_, err := openDestinationIn(newFakeCloud(t, s3Env()).world, address)
		if err == nil {
			t.Errorf("%s opens", address)
			continue
		}
		expectError(t, err, false, []string{says}, "hunter22", "s3cr3t")
	}
}

func TestKeysThatLeaveTheDestinationAreRefused(t *testing.T) {
	cloud := newFakeCloud(t, s3Env("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=x", "GOOGLE_OAUTH_ACCESS_TOKEN", "t"))
	for _, address := range []string{"s3://b", "gs://b", "az://a/c", "https://h/p"} {
		for _, key := range []string{"", "/a", "a/", "../a", "a/../b", "a//b", "a/./b", "a\\b", "a\x00"} {
			expectError(t, storeText(t, cloud.open(address), key, "{}"), false, []string{"no key"})
		}
	}
	if len(cloud.dialled) > 0 {
		t.Errorf("dialled %v", cloud.dialled)
	}
}
