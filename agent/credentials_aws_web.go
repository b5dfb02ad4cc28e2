package main

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// awsWebIdentity trades the token of a Kubernetes service account, or of another issuer, for keys of a role.
type awsWebIdentity struct {
	world   storeWorld
	storage storeClient
}

func (w awsWebIdentity) fetch(ctx context.Context) (awsKeys, time.Time, error) {
	file, role := w.world.getenv("AWS_WEB_IDENTITY_TOKEN_FILE"), w.world.getenv("AWS_ROLE_ARN")
	if file == "" || role == "" {
		return awsKeys{}, time.Time{}, elsewhere("not both are set")
	}
	// Kubernetes writes it anew from time to time.
	token, err := secretFile(file, "AWS_WEB_IDENTITY_TOKEN_FILE")
	if err != nil {
		return awsKeys{}, time.Time{}, err
	}
	place, err := w.endpoint()
	if err != nil {
		return awsKeys{}, time.Time{}, err
	}
	session := w.world.getenv("AWS_ROLE_SESSION_NAME")
	if session == "" {
		session = "seatrial-agent"
	}
	form := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn": {role}, "RoleSessionName": {session}, "WebIdentityToken": {token},
	}
	name := "role " + oneLine(role) + " by web identity (STS, " + place.Host + ")"
	header := formHeader()
	header.Set("Accept", "application/xml")
	got, err := w.storage.send(ctx, storeRequest{method: http.MethodPost, url: place, header: header, content: formContent(form.Encode())})
	if err != nil {
		return awsKeys{}, time.Time{}, unreached(name, err)
	}
	if !got.isOK() {
		return awsKeys{}, time.Time{}, refused(name, got, "token from AWS_WEB_IDENTITY_TOKEN_FILE", token)
	}
	var answer struct {
		Result struct {
			Credentials struct {
				AccessKeyID     string `xml:"AccessKeyId"`
				SecretAccessKey string
				SessionToken    string
				Expiration      string
			}
		} `xml:"AssumeRoleWithWebIdentityResult"`
	}
	if err := xml.Unmarshal(got.body, &answer); err != nil {
		return awsKeys{}, time.Time{}, &storeError{message: name + ": the answer is not the XML that was expected"}
	}
	given := answer.Result.Credentials
	return awsGivenKeys{
		AccessKeyID: given.AccessKeyID, SecretAccessKey: given.SecretAccessKey, Token: given.SessionToken, Expiration: given.Expiration,
	}.keys(name, "keys of role "+oneLine(role)+" by AWS_WEB_IDENTITY_TOKEN_FILE")
}

func (w awsWebIdentity) endpoint() (*url.URL, error) {
	for _, variable := range []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"} {
		if text := w.world.getenv(variable); text != "" {
			place, err := parseEndpoint(text, variable)
			if err != nil {
				return nil, &storeError{message: err.Error()}
			}
			if !mayBeShownKeys(place) {
				return nil, &storeError{message: variable + " is " + place.Scheme + "://" + place.Host +
					": the token of AWS_WEB_IDENTITY_TOKEN_FILE is sent over https:// only; name the address of STS in AWS_ENDPOINT_URL_STS"}
			}
			place.Path = strings.TrimSuffix(place.Path, "/") + "/"
			return place, nil
		}
	}
	host := "sts.amazonaws.com"
	if region := regionOf(w.world); region != "" {
		host = "sts." + region + "." + awsDomain(region)
	}
	return &url.URL{Scheme: "https", Host: host, Path: "/"}, nil
}
