package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keysIn asks for keys as a bucket of S3 does.
func keysIn(cloud *fakeCloud) *renewed[awsKeys] {
	return newAWSKeys(cloud.world, newStoreClient(cloud.world))
}

func secretIn(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func expectKeys(t *testing.T, source *renewed[awsKeys], id, from string) {
	t.Helper()
	keys, err := source.get(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if keys.id != id || keys.secret != "secret of "+id || !strings.Contains(keys.from, from) {
		t.Errorf("%+v", keys)
	}
	if strings.Contains(keys.from, "secret of") {
		t.Errorf("a secret is in %q", keys.from)
	}
}

func givenKeys(id string, expires time.Time) string {
	return fmt.Sprintf(`{"Code":"Success","AccessKeyId":%q,"SecretAccessKey":"secret of %s","Token":"token of %s","Expiration":%q}`, id, id, id, expires.Format(time.RFC3339))
}

func TestAWSKeysFromTheEnvironmentComeFirst(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{
		"AWS_ACCESS_KEY_ID": "one", "AWS_SECRET_ACCESS_KEY": "secret of one", "AWS_WEB_IDENTITY_TOKEN_FILE": "/no/such/file", "AWS_ROLE_ARN": "role",
	})
	expectKeys(t, keysIn(cloud), "one", "AWS_ACCESS_KEY_ID")
	delete(cloud.env, "AWS_SECRET_ACCESS_KEY")
	_, err := keysIn(cloud).get(context.Background())
	expectError(t, err, false, []string{"only one of AWS_ACCESS_KEY_ID"})
}

func TestAWSKeysFromTheSharedFile(t *testing.T) {
	file := secretIn(t, "# a comment\n[default]\naws_access_key_id = one\naws_secret_access_key=secret of one\n\n[ work ]\nAWS_ACCESS_KEY_ID=two\naws_secret_access_key = secret of two\ns3 =\n  aws_access_key_id = nested\n[empty]\nrole_arn = arn\n")
	for profile, id := range map[string]string{"": "one", "work": "two"} {
		cloud := newFakeCloud(t, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": profile})
		expectKeys(t, keysIn(cloud), id, file)
	}
	for profile, says := range map[string]string{"empty": "has no keys", "missing": "there is no profile missing"} {
		cloud := newFakeCloud(t, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": profile})
		_, err := keysIn(cloud).get(context.Background())
		expectError(t, err, false, []string{says, file}, "secret of")
	}
	config := secretIn(t, "[default]\nregion = eu-central-1\n[profile work]\nregion=eu-north-1\n")
	for profile, region := range map[string]string{"": "eu-central-1", "work": "eu-north-1", "other": ""} {
		cloud := newFakeCloud(t, map[string]string{"AWS_CONFIG_FILE": config, "AWS_PROFILE": profile})
		if got := regionOf(cloud.world); got != region {
			t.Errorf("the region of %q is %q", profile, got)
		}
	}
}

func TestAWSKeysFromAContainersEndpoint(t *testing.T) {
	answer := func(t *testing.T, token, path string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != token || r.RequestURI != path {
				t.Errorf("%s with %q", r.RequestURI, r.Header.Get("Authorization"))
			}
			fmt.Fprint(w, givenKeys("task", fakeNow.Add(time.Hour)))
		}
	}
	t.Run("ECS", func(t *testing.T) {
		cloud := newFakeCloud(t, map[string]string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/7f"})
		cloud.serve("169.254.170.2:80", answer(t, "", "/v2/credentials/7f"))
		expectKeys(t, keysIn(cloud), "task", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
	})
	t.Run("EKS, with a token that is written anew", func(t *testing.T) {
		file := secretIn(t, "first\n")
		cloud := newFakeCloud(t, map[string]string{
			"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file,
		})
		token := "first"
		cloud.serve("169.254.170.23:80", func(w http.ResponseWriter, r *http.Request) { answer(t, token, "/v1/credentials")(w, r) })
		source := keysIn(cloud)
		expectKeys(t, source, "task", "FULL_URI")
		token = "second"
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		cloud.pass(56 * time.Minute)
		expectKeys(t, source, "task", "FULL_URI")
	})
	for _, address := range []string{"http://thief.example.com/x", "http://10.0.0.1/x", "ftp://localhost/x", "http://169.254.170.2.example.com/"} {
		t.Run("never "+address, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": address, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "s3cr3t"})
			_, err := keysIn(cloud).get(context.Background())
			expectError(t, err, false, []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI"}, "s3cr3t")
			if len(cloud.dialled) > 0 {
				t.Errorf("dialled %v", cloud.dialled)
			}
		})
	}
	for name, each := range map[string]struct {
		status      int
		body        string
		isTemporary bool
		says        string
	}{
		"403 with the token in it": {403, `{"code":"AccessDenied","message":"token s3cr3t is wrong"}`, false, "403 AccessDenied: token [redacted] is wrong"},
		"500":                      {500, `{}`, true, "500"},
		"no JSON":                  {200, `secret of x`, false, "not the JSON"},
		"no keys":                  {200, `{"AccessKeyId":"x"}`, false, "no keys"},
		"a bad time":               {200, `{"AccessKeyId":"x","SecretAccessKey":"y","Expiration":"soon"}`, false, "Expiration"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost:7/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "s3cr3t"})
			cloud.serve("localhost:7", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(each.status); fmt.Fprint(w, each.body) })
			_, err := keysIn(cloud).get(context.Background())
			expectError(t, err, each.isTemporary, []string{each.says}, "s3cr3t", "secret of")
		})
	}
}

func TestAWSKeysByWebIdentity(t *testing.T) {
	file := secretIn(t, "jwt.of.pod\n")
	env := map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn:aws:iam::1:role/cover", "AWS_REGION": "eu-west-1"}
	t.Run("are a role's", func(t *testing.T) {
		cloud := newFakeCloud(t, env)
		cloud.serve("sts.eu-west-1.amazonaws.com:443", func(w http.ResponseWriter, r *http.Request) {
			form, err := url.ParseQuery(string(bodyOf(t, r)))
			if err != nil || form.Get("Action") != "AssumeRoleWithWebIdentity" || form.Get("WebIdentityToken") != "jwt.of.pod" || form.Get("RoleArn") != env["AWS_ROLE_ARN"] ||
				form.Get("RoleSessionName") == "" || form.Get("Version") != "2011-06-15" || r.Method != "POST" || r.Header.Get("Authorization") != "" {
				t.Errorf("%s %v %v", r.Method, r.Header, form)
			}
			fmt.Fprintf(w, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>role</AccessKeyId><SecretAccessKey>secret of role</SecretAccessKey><SessionToken>st</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`, fakeNow.Add(time.Hour).Format(time.RFC3339))
		})
		expectKeys(t, keysIn(cloud), "role", "role/cover")
	})
	for name, each := range map[string]struct {
		status      int
		body        string
		isTemporary bool
		says        string
	}{
		"that is refused": {403, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized: jwt.of.pod</Message></Error></ErrorResponse>`, false, "403 AccessDenied: Not authorized: [redacted]"},
		"that is busy":    {400, `<ErrorResponse><Error><Code>IDPCommunicationError</Code><Message>again</Message></Error></ErrorResponse>`, true, "IDPCommunicationError"},
		"that is no XML":  {200, `hello`, false, "not the XML"},
		"that is empty":   {200, `<A/>`, false, "no keys"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn", "AWS_ENDPOINT_URL_STS": "http://127.0.0.9:80"})
			cloud.serve("127.0.0.9:80", func(w http.ResponseWriter, r *http.Request) {
				bodyOf(t, r)
				w.WriteHeader(each.status)
				fmt.Fprint(w, each.body)
			})
			_, err := keysIn(cloud).get(context.Background())
			expectError(t, err, each.isTemporary, []string{each.says, "role arn"}, "jwt.of.pod")
		})
	}
}

func TestTokenOfWebIdentityIsSentOverTLSOnly(t *testing.T) {
	file := secretIn(t, "jwt.of.pod")
	for _, variable := range []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"} {
		for _, endpoint := range []string{"http://storage:9000", "http://10.0.0.7:9000/s3", "http://169.254.170.2"} {
			cloud := newFakeCloud(t, map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": file, "AWS_ROLE_ARN": "arn", variable: endpoint})
			_, err := keysIn(cloud).get(context.Background())
			expectError(t, err, false, []string{variable + " is http://", "https:// only"}, "jwt.of.pod")
			if len(cloud.dialled) > 0 {
				t.Errorf("%s was dialled", cloud.dialled)
			}
		}
	}
}

// fakeInstance is the metadata service of a machine, version 2.
func fakeInstance(t *testing.T, keys func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.RequestURI == "/latest/api/token" && r.Method == http.MethodPut && r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds") != "" {
			fmt.Fprint(w, "session-token")
			return
		}
		if r.Header.Get("X-Aws-Ec2-Metadata-Token") != "session-token" {
			t.Errorf("%s %s without a token", r.Method, r.RequestURI)
			w.WriteHeader(401)
			return
		}
		switch r.RequestURI {
		case "/latest/meta-data/iam/security-credentials/":
			fmt.Fprint(w, "cover-role\n")
		case "/latest/meta-data/iam/security-credentials/cover-role":
			fmt.Fprint(w, keys())
		default:
			w.WriteHeader(404)
		}
	}
}

func TestAWSKeysOfAMachineAreRenewedBeforeTheyExpire(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{})
	count, isBroken := 0, false
	cloud.serve("169.254.169.254:80", fakeInstance(t, func() string {
		count++
		if isBroken {
			return `{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}`
		}
		return givenKeys(fmt.Sprintf("machine%d", count), cloud.now().Add(time.Hour))
	}))
	source := keysIn(cloud)
	expectKeys(t, source, "machine1", "cover-role")
	cloud.pass(54 * time.Minute)
	expectKeys(t, source, "machine1", "cover-role")
	cloud.pass(2 * time.Minute)
	expectKeys(t, source, "machine2", "cover-role")
	isBroken = true
	cloud.pass(58 * time.Minute)
	expectKeys(t, source, "machine2", "cover-role")
	cloud.pass(3 * time.Minute)
	_, err := source.get(context.Background())
	expectError(t, err, true, []string{"AssumeRoleUnauthorizedAccess"})
	isBroken = false
	expectKeys(t, source, fmt.Sprintf("machine%d", count+1), "cover-role")
}

func TestAWSKeysThatTheServerCallsExpiredAreRenewedOnce(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{})
	count := 0
	cloud.serve("169.254.169.254:80", fakeInstance(t, func() string {
		count++
		return strings.ReplaceAll(givenKeys("m", cloud.now().Add(time.Hour)), "token of m", fmt.Sprintf("token%d", count))
	}))
	bad := "token1"
	server := &fakeS3{t: t, secret: "secret of m", region: "us-east-1", before: func(w http.ResponseWriter, r *http.Request) bool {
		isBad := bad == "all" || r.Header.Get("X-Amz-Security-Token") == bad
		if isBad {
			s3Says(w, 400, "ExpiredToken", "The provided token has expired")
		}
		return isBad
	}}
	cloud.serve("minio:9000", server.ServeHTTP)
	store := cloud.open("s3://coverage?endpoint=http://minio:9000")
	mustStore(t, store, unitKey, "{}")
	if count != 2 || server.asked != 2 {
		t.Errorf("asked %d times for keys, %d times to store", count, server.asked)
	}
	bad = "all"
	expectError(t, storeText(t, store, unitKey, "{}"), false, []string{"400 ExpiredToken", "cover-role"}, "token3", "secret of")
	cloud.env = s3Env()
	asked := server.asked
	expectError(t, storeText(t, cloud.open("s3://coverage?endpoint=http://minio:9000"), unitKey, "{}"), false, []string{"AWS_ACCESS_KEY_ID"})
	if server.asked != asked+1 {
		t.Errorf("keys that stay the same were tried %d times", server.asked-asked)
	}
}

func TestAWSWithoutKeysSaysWhereTheyWereLookedFor(t *testing.T) {
	cloud := newFakeCloud(t, map[string]string{"HOME": "/no/such/home"})
	err := storeText(t, cloud.open("s3://coverage"), unitKey, "{}")
	expectError(t, err, true, []string{"s3://coverage/" + unitKey, "AWS_ACCESS_KEY_ID", "/no/such/home/.aws/credentials", "169.254.169.254", "hop-limit"})
	cloud.env["AWS_EC2_METADATA_DISABLED"] = "TRUE"
	cloud.dialled = nil
	expectError(t, storeText(t, cloud.open("s3://coverage"), unitKey, "{}"), false, []string{"AWS_EC2_METADATA_DISABLED"})
	if len(cloud.dialled) > 0 {
		t.Errorf("dialled %v", cloud.dialled)
	}
}

func TestAWSMetadataThatIsOddIsSaid(t *testing.T) {
	for name, each := range map[string]struct {
		answer      http.HandlerFunc
		isTemporary bool
		says        string
	}{
		"version 2 is off": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, false, "version 2"},
		"it is busy":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, true, "503"},
		"no token":         {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello") }, false, "no token"},
		"no role": {func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				fmt.Fprint(w, "session-token")
			} else {
				w.WriteHeader(404)
			}
		}, false, "no role"},
		"a role that is a path": {func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				fmt.Fprint(w, "session-token")
			} else {
				fmt.Fprint(w, "../../user-data")
			}
		}, false, "no name of a role"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{})
			cloud.serve("169.254.169.254:80", each.answer)
			_, err := keysIn(cloud).get(context.Background())
			expectError(t, err, each.isTemporary, []string{each.says, "169.254.169.254"}, "session-token")
		})
	}
}

func TestMetadataIsNeverAskedThroughAProxy(t *testing.T) {
	if newMetadataClient(newFakeCloud(t, nil).world).transport.Proxy != nil {
		t.Error("there is a proxy")
	}
}
