package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestMetadataThatDoesNotAnswerOnceIsAskedAgain(t *testing.T) {
	for name, each := range map[string]struct {
		metadata http.HandlerFunc
		fetch    func(cloud *fakeCloud) error
	}{
		"Amazon": {
			fakeInstance(t, func() string { return givenKeys("machine", fakeNow.Add(time.Hour)) }),
			func(cloud *fakeCloud) error { _, err := keysIn(cloud).get(context.Background()); return err },
		},
		"Google": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Metadata-Flavor", "Google")
				fmt.Fprint(w, `{"access_token":"tok","expires_in":3600}`)
			},
			func(cloud *fakeCloud) error {
				_, err := newGoogleTokens(cloud.world, newStoreClient(cloud.world)).get(context.Background())
				return err
			},
		},
		"Azure": {
			func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, `{"access_token":"tok","expires_in":"3600"}`)
			},
			func(cloud *fakeCloud) error {
				_, err := newAzureTokens(cloud.world, newStoreClient(cloud.world)).get(context.Background())
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			asked := 0
			cloud := newFakeCloud(t, map[string]string{})
			cloud.serve("169.254.169.254:80", func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked == 1 {
					// The connection ends without a word.
					panic(http.ErrAbortHandler)
				}
				each.metadata(w, r)
			})
			if err := retry(ctx, func() error { return each.fetch(cloud) }); err != nil || asked < 2 {
				t.Errorf("asked %d times: %v", asked, err)
			}
		})
	}
}

func TestTimeThatIsOverDoesNotHideWhyAttemptsFailed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	attempts := 0
	err := retry(ctx, func() error {
		if attempts++; attempts == 1 {
			return &storeError{message: "no credentials", again: true}
		}
		cancel()
		return errNoAnswer
	})
	if err == nil || !strings.Contains(err.Error(), "no credentials") {
		t.Errorf("%v", err)
	}
	if err := retry(ctx, func() error { return errNoTime }); !errors.Is(err, errNoTime) {
		t.Errorf("%v", err)
	}
}

// searches are what destinations ask, each with what it says where nothing is anywhere.
var searches = map[string]struct {
	begin func(cloud *fakeCloud) func() error
	says  []string
}{
	"S3": {
		func(cloud *fakeCloud) func() error {
			keys := keysIn(cloud)
			return func() error { _, err := keys.get(context.Background()); return err }
		},
		[]string{
			"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (not set), ", "AWS_ROLE_ARN (not both are set), ", "/no/such/home/.aws/credentials (not there), ",
			"AWS_CONTAINER_CREDENTIALS_FULL_URI (not set), ",
		},
	},
	"Google Cloud Storage": {
		func(cloud *fakeCloud) func() error {
			tokens := newGoogleTokens(cloud.world, newStoreClient(cloud.world))
			return func() error { _, err := tokens.get(context.Background()); return err }
		},
		[]string{"GS_SECRET_ACCESS_KEY (not both are set), ", "CLOUDSDK_AUTH_ACCESS_TOKEN (not set), ", "there is no /no/such/home/.config/gcloud/"},
	},
	"Azure Blob Storage": {
		func(cloud *fakeCloud) func() error {
			tokens := newAzureTokens(cloud.world, newStoreClient(cloud.world))
			return func() error { _, err := tokens.get(context.Background()); return err }
		},
		[]string{"AZURE_STORAGE_ACCESS_TOKEN (not set), ", "AZURE_CLIENT_SECRET (not all are set), ", "IDENTITY_HEADER (not both are set), "},
	},
}

func TestNobodyWhereMetadataWouldBeIsDefiniteAfterAMoment(t *testing.T) {
	for name, each := range searches {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{"HOME": "/no/such/home"})
			ask := each.begin(cloud)
			says := append([]string{"no credentials for " + name + " in ", "169.254.169.254 does not answer: "}, each.says...)
			expectError(t, ask(), true, says)
			expectError(t, ask(), true, says)
			cloud.pass(silenceIsNo)
			expectError(t, ask(), false, says)
			// All who wait for the same answer get it at once.
			asked := len(cloud.dialled)
			expectError(t, ask(), false, says)
			if len(cloud.dialled) != asked {
				t.Error("it was asked again at once")
			}
			cloud.pass(refusedFor)
			expectError(t, ask(), false, says)
			if len(cloud.dialled) == asked {
				t.Error("it was never asked again")
			}
		})
	}
}

func TestMetadataThatSpokeOnceIsAskedAgainWhenItIsSilent(t *testing.T) {
	for name, each := range searches {
		t.Run(name, func(t *testing.T) {
			cloud := newFakeCloud(t, map[string]string{"HOME": "/no/such/home"})
			isSilent := false
			cloud.serve("169.254.169.254:80", func(w http.ResponseWriter, _ *http.Request) {
				if isSilent {
					panic(http.ErrAbortHandler)
				}
				w.Header().Set("Metadata-Flavor", "Google")
				w.WriteHeader(http.StatusServiceUnavailable)
			})
			ask := each.begin(cloud)
			expectError(t, ask(), true, []string{"503"})
			isSilent = true
			for range 3 {
				cloud.pass(time.Minute)
				expectError(t, ask(), true, []string{"does not answer"})
			}
		})
	}
}
