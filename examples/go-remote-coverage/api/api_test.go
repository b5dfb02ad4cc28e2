//go:build api

// Package api tests a garage that runs somewhere else, at PARKLY_URL, with two places.
package api

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"testing"
	"time"
)

// What was just deployed may still be starting.
func TestMain(m *testing.M) {
	address := os.Getenv("PARKLY_URL")
	if address == "" {
		log.Fatal("PARKLY_URL says where the garage is")
	}
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		answer, err := http.Get(address + "/healthz")
		if err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusNoContent {
			os.Exit(m.Run())
		}
		if time.Now().After(limit) {
			log.Fatalf("%s does not answer: %v", address, err)
		}
	}
}

func request(t *testing.T, method, path string) (int, map[string]int) {
	t.Helper()
	request, err := http.NewRequest(method, os.Getenv("PARKLY_URL")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body := map[string]int{}
	_ = json.NewDecoder(answer.Body).Decode(&body)
	return answer.StatusCode, body
}

func expect(t *testing.T, method, path string, status int) map[string]int {
	t.Helper()
	found, body := request(t, method, path)
	if found != status {
		t.Fatalf("%s %s: %d, not %d", method, path, found, status)
	}
	return body
}

func TestAShortStayIsFree(t *testing.T) {
	expect(t, "PUT", "/cars/B-SHORT", http.StatusCreated)
	if body := expect(t, "DELETE", "/cars/B-SHORT", http.StatusOK); body["cents"] != 0 {
		t.Errorf("%d cents", body["cents"])
	}
}

func TestALostTicketCostsThreeDays(t *testing.T) {
	expect(t, "PUT", "/cars/B-LOST", http.StatusCreated)
	if body := expect(t, "DELETE", "/cars/B-LOST?lost", http.StatusOK); body["cents"] != 5400 {
		t.Errorf("%d cents", body["cents"])
	}
}

func TestAFullGarageLetsNobodyIn(t *testing.T) {
	expect(t, "PUT", "/cars/B-ONE", http.StatusCreated)
	expect(t, "PUT", "/cars/B-TWO", http.StatusCreated)
	if body := expect(t, "GET", "/places", http.StatusOK); body["free"] != 0 {
		t.Errorf("%d places are free", body["free"])
	}
	expect(t, "PUT", "/cars/B-THREE", http.StatusServiceUnavailable)
	expect(t, "DELETE", "/cars/B-ONE", http.StatusOK)
	expect(t, "DELETE", "/cars/B-TWO", http.StatusOK)
}

func TestAnUnknownCarCannotLeave(t *testing.T) {
	expect(t, "DELETE", "/cars/B-NOBODY", http.StatusNotFound)
}
