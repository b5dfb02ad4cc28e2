//go:build !integration

package policy

import "testing"

func TestJudge(t *testing.T) {
	rules := Rules{Blocked: []string{"spam.example"}, Own: "go.example"}
	for address, allowed := range map[string]bool{
		"https://example.com/":         true,
		"https://spam.example/x":       false,
		"https://deep.spam.example/x":  false,
		"https://notspam.example/x":    true,
		"https://GO.example/abc":       false,
		"http://127.0.0.1/":            false,
		"http://10.1.2.3:8080/":        false,
		"http://[::1]/":                false,
		"http://93.184.216.34/":        true,
		"http://169.254.169.254/meta/": false,
	} {
		verdict := rules.Judge(address)
		if verdict.Allowed != allowed {
			t.Errorf("%s: allowed is %v, want %v (%s)", address, verdict.Allowed, allowed, verdict.Reason)
		}
		if !verdict.Allowed && verdict.Reason == "" {
			t.Errorf("%s is refused without a reason", address)
		}
	}
}
