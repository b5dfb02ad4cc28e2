package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// blobVersion is the version of the service that is spoken.
const blobVersion = "2021-12-02"

// blobHosts are the ends of the names of Azure's own blob servers.
var blobHosts = []string{".blob.core.windows.net", ".blob.core.usgovcloudapi.net", ".blob.core.chinacloudapi.cn"}

// azureDestination is a container of Azure Blob Storage.
type azureDestination struct {
	world   storeWorld
	client  storeClient
	address bucketAddress
	// container is its URL, without the signature.
	container *url.URL
	// sas is a shared access signature, which stands in the query; empty: a token is shown.
	sas, sasFrom string
	tokens       *renewed[bearer]
}

// isBlobAddress: a URL of Azure's own, or one that carries a shared access signature.
func isBlobAddress(place *url.URL) bool {
	for _, end := range blobHosts {
		if strings.HasSuffix(strings.ToLower(place.Hostname()), end) {
			return true
		}
	}
	query := place.Query()
	return query.Has("sig") && query.Has("sv")
}

// openAzure opens az://account/container/prefix.
func openAzure(world storeWorld, text string) (destination, error) {
	address, err := parseBucketAddress(text, "endpoint")
	if err != nil {
		return nil, err
	}
	endpoint := &url.URL{Scheme: "https", Host: address.bucket + ".blob.core.windows.net"}
	if given := address.settings["endpoint"]; given != "" {
		if endpoint, err = parseEndpoint(given, "?endpoint="); err != nil {
			return nil, err
		}
	}
	container, prefix, _ := strings.Cut(address.prefix, "/")
	if !isStoreName(container) {
		return nil, errors.New(withoutSecrets(text) + ": after the account comes the container: az://account/container/prefix")
	}
	address.bucket += "/" + container
	address.prefix = prefix
	return newAzure(world, address, below(endpoint, container), "", ""), nil
}

// openBlobURL opens https://account.blob.core.windows.net/container/prefix, with or without a shared access signature.
func openBlobURL(world storeWorld, place *url.URL) (destination, error) {
	shown := withoutSecrets(place.String())
	// Emulators stand at an address, and have the account in the path.
	depth := 1
	if host := place.Hostname(); host == "localhost" || net.ParseIP(host) != nil {
		depth = 2
	}
	path := strings.Trim(place.Path, "/")
	parts := strings.SplitN(path, "/", depth+1)
	if len(parts) < depth || !isKey(path) || place.User != nil || place.Fragment != "" {
		return nil, errors.New(shown + ": the URL of a blob container is https://account.blob.core.windows.net/container/prefix")
	}
	address := bucketAddress{scheme: place.Scheme, bucket: place.Host + "/" + strings.Join(parts[:depth], "/")}
	if len(parts) > depth {
		address.prefix = parts[depth]
	}
	container := below(&url.URL{Scheme: place.Scheme, Host: place.Host}, strings.Join(parts[:depth], "/"))
	return newAzure(world, address, container, place.RawQuery, "signature from the URL"), nil
}

func newAzure(world storeWorld, address bucketAddress, container *url.URL, sas, from string) *azureDestination {
	if sas == "" {
		sas, from = strings.TrimPrefix(world.getenv("AZURE_STORAGE_SAS_TOKEN"), "?"), "signature from AZURE_STORAGE_SAS_TOKEN of the environment"
	}
	client := newStoreClient(world)
	store := &azureDestination{world: world, client: client, address: address, container: container, sas: sas, sasFrom: from}
	if sas == "" {
		store.tokens = newAzureTokens(world, client)
	}
	return store
}

func (d *azureDestination) seekCredentials(ctx context.Context) error {
	if d.tokens == nil {
		return nil
	}
	_, err := d.tokens.get(ctx)
	return err
}

func (d *azureDestination) put(ctx context.Context, key string, source io.ReadSeeker, size int64) error {
	whole, name, err := d.address.place(key)
	if err != nil {
		return err
	}
	content, err := readContent(source, size)
	if err != nil {
		return &storeError{message: name + ": " + oneLine(err.Error()), cause: err}
	}
	return withBearer(ctx, name, d.tokens, func(token bearer) (storeAnswer, error) {
		place := below(d.container, whole)
		place.RawQuery = d.sas
		header := http.Header{
			"Content-Type":   {"application/octet-stream"},
			"Content-Md5":    {content.md5Base64()},
			"X-Ms-Blob-Type": {"BlockBlob"},
			"X-Ms-Version":   {blobVersion},
			"X-Ms-Date":      {d.world.now().UTC().Format(http.TimeFormat)},
		}
		token.authorize(header)
		got, err := d.client.send(ctx, storeRequest{method: http.MethodPut, url: place, header: header, content: content})
		if err != nil {
			return got, unreached(name, err)
		}
		if !got.isOK() {
			if d.sas == "" {
				return got, nil
			}
			return got, refused(name, got, d.sasFrom, d.secrets()...)
		}
		if got.status != http.StatusCreated || got.header.Get("X-Ms-Request-Id") == "" {
			return got, &storeError{message: name + ": the answer is none of Azure Blob Storage; is the address right?"}
		}
		return got, nil
	})
}

// secrets of the signature: the whole, and what it is worth, as it is written and plain.
func (d *azureDestination) secrets() []string {
	values, _ := url.ParseQuery(d.sas)
	signature := values.Get("sig")
	return []string{d.sas, signature, url.QueryEscape(signature)}
}

// azureResource is what tokens are asked for.
const azureResource = "https://storage.azure.com/"

// newAzureTokens looks for a token: in the environment, by the workload's or the application's identity, by the platform's
// identity endpoint, by the machine's metadata.
func newAzureTokens(world storeWorld, storage storeClient) *renewed[bearer] {
	metadata := newMetadataClient(world)
	return newRenewed(world.now, firstOf(
		"no credentials for Azure Blob Storage",
		source[bearer]{"the URL and AZURE_STORAGE_SAS_TOKEN", func(context.Context) (bearer, time.Time, error) {
			// With a signature nobody asks for a token.
			return bearer{}, time.Time{}, elsewhere("no signature in them")
		}},
		tokenFromEnvironment(world, "AZURE_STORAGE_ACCESS_TOKEN"),
		source[bearer]{
			"AZURE_CLIENT_ID and AZURE_TENANT_ID with AZURE_FEDERATED_TOKEN_FILE or AZURE_CLIENT_SECRET", azureApplication{world, storage}.fetch,
		},
		source[bearer]{"IDENTITY_ENDPOINT and IDENTITY_HEADER", azurePlatform{world, metadata}.fetch},
		source[bearer]{"managed identity of the machine", azureMachine{world, metadata, &silence{now: world.now}}.fetch},
	))
}
