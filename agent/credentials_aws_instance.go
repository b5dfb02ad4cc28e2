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
	// file is where keys were looked for too.
	file string
}

const (
	instanceOrigin   = "http://169.254.169.254"
	instanceRolePath = "/latest/meta-data/iam/security-credentials/"
)

func (i awsInstance) fetch(ctx context.Context) (awsKeys, time.Time, error) {
	if strings.EqualFold(i.world.getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		return awsKeys{}, time.Time{}, errElsewhere
	}
	text := i.world.getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT")
	if text == "" {
		text = instanceOrigin
	}
	origin, err := parseEndpoint(text, "AWS_EC2_METADATA_SERVICE_ENDPOINT")
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
			return got, &storeError{message: name + ": this machine has no role; attach an instance profile that may write to the bucket"}
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
	got, err := i.metadata.send(ctx, storeRequest{method: http.MethodPut, url: below(origin, "latest/api/token"), header: header})
	if err != nil {
		if ctx.Err() != nil {
			return "", unreached(name, ctx.Err())
		}
		return "", &storeError{
			message: "no credentials for S3: not in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_WEB_IDENTITY_TOKEN_FILE, " + i.file +
				" or AWS_CONTAINER_CREDENTIALS_FULL_URI, and " + name + " does not answer: " + oneLine(err.Error()) +
				" (in a container on EC2 the machine's http-put-response-hop-limit must be 2)",
			// It may be away for a moment only.
			again: temporary(unreached(name, err)),
			cause: err,
		}
	}
	token := strings.TrimSpace(string(got.body))
	if !got.isOK() {
		return "", refused(name, got, "is version 2 of the metadata service switched on?")
	}
	if token == "" || len(token) > 4096 || strings.ContainsAny(token, " \t\r\n<") {
		return "", &storeError{message: name + ": the answer is no token"}
	}
	return token, nil
}
