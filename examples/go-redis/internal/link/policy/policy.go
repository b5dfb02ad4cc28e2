// Package policy decides which addresses may be shortened.
package policy

import (
	"net"
	"net/url"
	"strings"
)

// Verdict says whether an address may be shortened, and if not, why.
type Verdict struct {
	Allowed bool
	Reason  string
}

// Rules are what an operator forbids.
type Rules struct {
	// Blocked hosts; their subdomains are blocked too.
	Blocked []string
	// Own is the host of the shortener itself: links to it would go round in circles.
	Own string
}

// Judge applies the rules to a cleaned address.
func (r Rules) Judge(address string) Verdict {
	parsed, err := url.Parse(address)
	if err != nil {
		return Verdict{Reason: "not an address"}
	}
	host := parsed.Hostname()
	if r.Own != "" && strings.EqualFold(host, r.Own) {
		return Verdict{Reason: "links to the shortener itself are not shortened"}
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()) {
		return Verdict{Reason: "private addresses are not shortened"}
	}
	for _, blocked := range r.Blocked {
		if host == blocked || strings.HasSuffix(host, "."+blocked) {
			return Verdict{Reason: blocked + " is blocked"}
		}
	}
	return Verdict{Allowed: true}
}
