package main

import (
	"net"
	"net/http"
	"os"
	"runtime"
)

// protocolVersion is the major version of protocol/agent.md, also the first part of every path.
const protocolVersion = 1

type hello struct {
	Protocol  int      `json:"protocol"`
	Version   string   `json:"version"`
	Platform  string   `json:"platform"`
	Hostname  string   `json:"hostname"`
	UID       int      `json:"uid"`
	Addresses []string `json:"addresses"`
}

func serveHello(w http.ResponseWriter, _ *http.Request) {
	hostname, _ := os.Hostname()
	answer(w, hello{
		Protocol:  protocolVersion,
		Version:   version,
		Platform:  runtime.GOOS + "/" + runtime.GOARCH,
		Hostname:  hostname,
		UID:       os.Getuid(),
		Addresses: selfAddresses(),
	})
}

// selfAddress is the container's own network address, the first that is not loopback, or "127.0.0.1" when there is none.
func selfAddress() string {
	if addresses := selfAddresses(); len(addresses) > 0 {
		return addresses[0]
	}
	return "127.0.0.1"
}

// selfAddresses lists the container's addresses without loopback and link-local ones, IPv4 first.
func selfAddresses() []string {
	var v4, v6 []string
	found, _ := net.InterfaceAddrs()
	for _, address := range found {
		network, ok := address.(*net.IPNet)
		if !ok || !network.IP.IsGlobalUnicast() {
			continue
		}
		if ip := network.IP.To4(); ip != nil {
			v4 = append(v4, ip.String())
		} else {
			v6 = append(v6, network.IP.String())
		}
	}
	return append(append([]string{}, v4...), v6...)
}
