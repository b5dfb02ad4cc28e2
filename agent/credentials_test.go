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
