package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// awsContainer asks the endpoint that ECS, EKS Pod Identity and others give to their containers.
type awsContainer struct {
	world    storeWorld
	metadata storeClient
}

const ecsOrigin = "http://169.254.170.2"

// Where plain HTTP may go besides loopback: ECS's and EKS's own addresses.
var containerHosts = []string{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"}

func (c awsContainer) fetch(ctx context.Context) (awsKeys, time.Time, error) {
	variable := "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	address := c.world.getenv(variable)
	if address != "" {
		address = ecsOrigin + "/" + strings.TrimPrefix(address, "/")
	} else {
		variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
		address = c.world.getenv(variable)
	}
	if address == "" {
		return awsKeys{}, time.Time{}, elsewhere("not set")
	}
	place, err := url.Parse(address)
	if err != nil || !mayGiveKeys(place) {
		return awsKeys{}, time.Time{}, &storeError{message: variable + " is neither https:// nor an address of this machine or of ECS and EKS"}
	}
	header := http.Header{"Accept": {"application/json"}}
	token := c.world.getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := c.world.getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		if token, err = secretFile(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); err != nil {
			return awsKeys{}, time.Time{}, err
		}
	}
	if strings.ContainsAny(token, "\r\n") {
		return awsKeys{}, time.Time{}, &storeError{message: "the token for the container's credentials has more than one line"}
	}
	if token != "" {
		header.Set("Authorization", token)
	}
	name := "credentials of the container (" + variable + ", " + place.Host + ")"
	var given awsGivenKeys
	if err := askJSON(ctx, c.metadata, name, storeRequest{method: http.MethodGet, url: place, header: header}, &given, token); err != nil {
		return awsKeys{}, time.Time{}, err
	}
	return given.keys(name, "keys from "+variable)
}

// mayGiveKeys: secrets come over TLS, or from next door.
func mayGiveKeys(place *url.URL) bool {
	return mayBeShownKeys(place) || place.Scheme == "http" && slices.Contains(containerHosts, place.Hostname())
}

// mayBeShownKeys: secrets are sent over TLS, or to this machine.
func mayBeShownKeys(place *url.URL) bool {
	host := place.Hostname()
	return place.Scheme == "https" && host != "" || place.Scheme == "http" && isLoopback(host)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
