package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// awsInstance asks the metadata service of an EC2 machine, version 2 only: the first one answers whoever tricks a program
// into asking.
type awsInstance struct {
	world    storeWorld
	metadata storeClient
	silence  *silence
}

const (
	instanceOrigin   = "http://169.254.169.254"
	instanceRolePath = "/latest/meta-data/iam/security-credentials/"
	// instanceTokenTime is for containers that the answer does not reach, as it may not hop so far.
	instanceTokenTime = 2 * time.Second
)

func (i awsInstance) fetch(ctx context.Context) (awsKeys, time.Time, error) {
	if strings.EqualFold(i.world.getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return awsKeys{}, time.Time{}, elsewhere("not asked, since AWS_EC2_METADATA_DISABLED is true")
	}
	text := i.world.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")
	if text == "" {
		text = instanceOrigin
	}
	origin, err := parsePlainEndpoint(text, "AWS_EC2_METADATA_SERVICE_ENDPOINT")
	if err != nil {
		return awsKeys{}, time.Time{}, &storeError{message: err.Error()}
	}
	name := "metadata of the machine (" + origin.Host + ")"
	token, err := i.token(ctx, name, origin)
	if err != nil {
		return awsKeys{}, time.Time{}, err
	}
	ask := func(path string) (storeAnswer, error) {
		header := http.Header{"X-Aws-Ec2-Metadata-Token": {token}}
		got, err := i.metadata.send(ctx, storeRequest{method: http.MethodGet, url: below(origin, strings.TrimPrefix(path, "/")), header: header})
		if err != nil {
			return got, unreached(name, err)
		}
		if got.status == http.StatusNotFound {
			return got, elsewhere(origin.Host + ": this machine has no role; attach an instance profile that may write to the bucket")
		}
		if !got.isOK() {
			return got, refused(name, got, "", token)
		}
		return got, nil
	}
	listed, err := ask(instanceRolePath)
	if err != nil {
		return awsKeys{}, time.Time{}, err
	}
	role, _, _ := strings.Cut(strings.TrimSpace(string(listed.body)), "\n")
	role = strings.TrimSpace(role)
	if !isKey(role) || strings.Contains(role, "/") || role != oneLine(role) {
		return awsKeys{}, time.Time{}, &storeError{message: name + ": the answer is no name of a role"}
	}
	told, err := ask(instanceRolePath + role)
	if err != nil {
		return awsKeys{}, time.Time{}, err
	}
	var given awsGivenKeys
	if err := decodeJSON(name, told.body, &given); err != nil {
		return awsKeys{}, time.Time{}, err
	}
	return given.keys(name, "keys of role "+role+" from the machine's metadata")
}

func (i awsInstance) token(ctx context.Context, name string, origin *url.URL) (string, error) {
	header := http.Header{"X-Aws-Ec2-Metadata-Token-Ttl-Seconds": {"300"}}
	i.silence.begins()
	soon, cancel := context.WithTimeout(ctx, instanceTokenTime)
	defer cancel()
	got, err := i.metadata.send(soon, storeRequest{method: http.MethodPut, url: below(origin, "latest/api/token"), header: header})
	if err != nil {
		not := i.silence.goesOn(ctx, origin.Host, err)
		not.said += "; in a container on EC2 the machine's http-put-response-hop-limit must be 2"
		return "", not
	}
	i.silence.ends()
	token := strings.TrimSpace(string(got.body))
	if !got.isOK() {
		no := refused(origin.Host, got, "is version 2 of the metadata service switched on?")
		return "", &notHere{said: no.message, again: no.again}
	}
	if token == "" || len(token) > 4096 || strings.ContainsAny(token, " \t\r\n<") {
		return "", &storeError{message: name + ": the answer is no token"}
	}
	return token, nil
}
