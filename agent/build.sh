#!/bin/sh
# Builds the agent for each platform into agent/bin or the given folder: agent-linux-amd64, agent-linux-arm64.
# The same source and toolchain give the same bytes.
set -eu
cd "$(dirname "$0")"
out=${1:-bin}
mkdir -p "$out"
version=${SEATRIAL_AGENT_VERSION:-$(sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' ../packages/seatrial/package.json 2>/dev/null | head -n 1)}
for arch in ${SEATRIAL_AGENT_ARCHS:-amd64 arm64}; do
	CGO_ENABLED=0 GOOS=linux GOARCH=$arch GOFLAGS= GOWORK=off go build -trimpath -buildvcs=false \
		-ldflags "-s -w -buildid= -X main.version=${version:-0.0.0-dev}" -o "$out/agent-linux-$arch" .
done
