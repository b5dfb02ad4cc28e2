package main

import (
	"context"
	"time"
)

// awsKeys sign requests for S3 and what speaks like it.
type awsKeys struct {
	id, secret, token string
	// from says where they are from, for messages.
	from string
}

// newAWSKeys looks for keys where Amazon's own tools do, in their order: the environment, a web identity, the shared file,
// the container's credentials, the machine's metadata.
func newAWSKeys(world storeWorld, storage storeClient) *renewed[awsKeys] {
	metadata := newMetadataClient(world)
	file := newAWSFile(world)
	return newRenewed(world.now, firstOf(
		"no credentials for S3",
		source[awsKeys]{"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", func(context.Context) (awsKeys, time.Time, error) {
			return awsKeysFromEnvironment(world)
		}},
		source[awsKeys]{"AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN", awsWebIdentity{world, storage}.fetch},
		source[awsKeys]{file.name(), func(context.Context) (awsKeys, time.Time, error) { return file.keys() }},
		source[awsKeys]{
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI", awsContainer{world, metadata}.fetch,
		},
		source[awsKeys]{"metadata of the machine", awsInstance{world, metadata, &silence{now: world.now}}.fetch},
	))
}

func awsKeysFromEnvironment(world storeWorld) (awsKeys, time.Time, error) {
	id, secret := world.getenv("AWS_ACCESS_KEY_ID"), world.getenv("AWS_SECRET_ACCESS_KEY")
	if id == "" && secret == "" {
		return awsKeys{}, time.Time{}, elsewhere("not set")
	}
	if id == "" || secret == "" {
		return awsKeys{}, time.Time{}, &storeError{message: "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set"}
	}
	return awsKeys{id, secret, world.getenv("AWS_SESSION_TOKEN"), "keys from AWS_ACCESS_KEY_ID of the environment"}, time.Time{}, nil
}

// awsGivenKeys is how metadata services tell keys.
type awsGivenKeys struct {
	Code            string
	Message         string
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string
	Expiration      string
}

func (g awsGivenKeys) keys(name, from string) (awsKeys, time.Time, error) {
	if g.Code != "" && g.Code != "Success" {
		return awsKeys{}, time.Time{}, &storeError{message: name + ": " + oneLine(g.Code) + " " + oneLine(g.Message), again: true}
	}
	if g.AccessKeyID == "" || g.SecretAccessKey == "" {
		return awsKeys{}, time.Time{}, &storeError{message: name + ": the answer has no keys"}
	}
	expires, err := time.Parse(time.RFC3339, g.Expiration)
	if err != nil && g.Expiration != "" {
		return awsKeys{}, time.Time{}, &storeError{message: name + ": the answer's Expiration is no time"}
	}
	return awsKeys{g.AccessKeyID, g.SecretAccessKey, g.Token, from}, expires, nil
}
