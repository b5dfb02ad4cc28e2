package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// s3Destination is a bucket of S3, or of a server that speaks like it.
type s3Destination struct {
	world   storeWorld
	client  storeClient
	keys    *renewed[awsKeys]
	address bucketAddress
	// endpoint is nil for Amazon's own.
	endpoint  *url.URL
	pathStyle bool

	mu     sync.Mutex
	region string
	// hasLearnt: the region is what the bucket's own answer said.
	hasLearnt bool
}

func openS3(world storeWorld, text string) (destination, error) {
	address, err := parseBucketAddress(text, "endpoint", "region", "path-style")
	if err != nil {
		return nil, err
	}
	endpoint, err := s3Endpoint(world, address)
	if err != nil {
		return nil, err
	}
	style, err := isPathStyle(address, endpoint)
	if err != nil {
		return nil, err
	}
	region := address.settings["region"]
	if region == "" {
		region = regionOf(world)
	}
	if region == "" {
		region = "us-east-1"
	}
	if !isRegion(region) {
		return nil, errors.New(withoutSecrets(text) + ": the region is no name of one")
	}
	client := newStoreClient(world)
	return &s3Destination{
		world: world, client: client, keys: newAWSKeys(world, client), address: address, endpoint: endpoint, pathStyle: style, region: region,
	}, nil
}

func s3Endpoint(world storeWorld, address bucketAddress) (*url.URL, error) {
	if text := address.settings["endpoint"]; text != "" {
		return parseEndpoint(text, "?endpoint=")
	}
	for _, variable := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if text := world.getenv(variable); text != "" {
			return parseEndpoint(text, variable)
		}
	}
	return nil, nil
}

// isPathStyle: the bucket is a part of the path, since only Amazon's own names are sure to have one below them for each
// bucket, and its certificates do not cover names with dots.
func isPathStyle(address bucketAddress, endpoint *url.URL) (bool, error) {
	switch address.settings["path-style"] {
	case "1", "true":
		return true, nil
	case "0", "false":
		return false, nil
	case "":
		return endpoint != nil || strings.Contains(address.bucket, ".") || strings.ToLower(address.bucket) != address.bucket, nil
	}
	return false, errors.New("?path-style= is 1 or 0")
}

// regionOf is the region that the environment or the profile names; empty without one.
func regionOf(world storeWorld) string {
	for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := world.getenv(variable); region != "" {
			return region
		}
	}
	return newAWSFile(world).region()
}

// isRegion holds for what may become a part of a host's name.
func isRegion(name string) bool {
	return name != "" && len(name) <= 40 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func awsDomain(region string) string {
	if strings.HasPrefix(region, "cn-") {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

func (d *s3Destination) seekCredentials(ctx context.Context) error {
	_, err := d.keys.get(ctx)
	return err
}

func (d *s3Destination) put(ctx context.Context, key string, source io.ReadSeeker, size int64) error {
	whole, name, err := d.address.place(key)
	if err != nil {
		return err
	}
	content, err := readContent(source, size)
	if err != nil {
		return &storeError{message: name + ": " + oneLine(err.Error()), cause: err}
	}
	hasRenewed := false
	for {
		keys, err := d.keys.get(ctx)
		if err != nil {
			return inFrontOf(name, err)
		}
		region := d.currentRegion()
		got, err := d.send(ctx, whole, region, keys, content)
		if err != nil {
			return unreached(name, err)
		}
		if got.status == http.StatusOK && got.header.Get("ETag") != "" {
			return nil
		}
		if d.learnRegion(region, got) {
			continue
		}
		code, _ := got.words()
		if !hasRenewed && slices.Contains(expiredCodes, code) && d.keys.forget(ctx) {
			hasRenewed = true
			continue
		}
		if got.isOK() {
			return &storeError{message: name + ": the answer is none of an S3 server: it has no ETag; is the endpoint right?"}
		}
		return refused(name, got, keys.from, keys.secret, keys.token)
	}
}

func (d *s3Destination) send(ctx context.Context, key, region string, keys awsKeys, content *uploadContent) (storeAnswer, error) {
	place := below(d.bucketURL(region), key)
	payload := content.sha256Hex()
	header := http.Header{
		"Content-Type": {"application/octet-stream"},
		// Not every server that speaks like S3 compares the signature's digest with the content.
		"Content-Md5":          {content.md5Base64()},
		"X-Amz-Content-Sha256": {payload},
	}
	signV4(http.MethodPut, place, header, keys, sigv4Scope{region, "s3"}, payload, d.world.now())
	return d.client.send(ctx, storeRequest{method: http.MethodPut, url: place, header: header, content: content})
}

func (d *s3Destination) bucketURL(region string) *url.URL {
	base := url.URL{Scheme: "https", Host: "s3." + region + "." + awsDomain(region)}
	if d.endpoint != nil {
		base = *d.endpoint
	}
	if d.pathStyle {
		return below(&base, d.address.bucket)
	}
	base.Host = d.address.bucket + "." + base.Host
	return &base
}

func (d *s3Destination) currentRegion() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.region
}

// learnRegion takes the bucket's own region from an answer that it is elsewhere, once: true when asking there may help.
// It is for Amazon's own endpoints, whose names are made here: no answer sends the keys' signatures to another place.
func (d *s3Destination) learnRegion(asked string, got storeAnswer) bool {
	region := got.header.Get("X-Amz-Bucket-Region")
	if d.endpoint != nil || got.isOK() || !isRegion(region) || region == asked {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.region != asked {
		// Another file's answer came first.
		return d.region == region
	}
	if d.hasLearnt {
		return false
	}
	d.region, d.hasLearnt = region, true
	return true
}

// inFrontOf names what was to be stored in an error of credentials.
func inFrontOf(name string, err error) error {
	var known *storeError
	if !errors.As(err, &known) {
		return unreached(name, err)
	}
	return &storeError{message: name + ": " + err.Error(), again: temporary(err), cause: err}
}
