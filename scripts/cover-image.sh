#!/usr/bin/env bash
# Builds the image with the wrapper for coverage elsewhere, and lets it wrap something. $COVER_IMAGE is its name; it is tagged with the version, and latest.
. "$(dirname "$0")/lib.sh"
version=$(node -p 'require("./packages/seatrial/package.json").version')
image=${COVER_IMAGE:-seatrial/cover}
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT

gather() {
  cp cover-image/Dockerfile agent/bin/agent-linux-* "$context"
}

smoke() {
  # The exit code is that of what is wrapped: here of the agent itself, which says its version.
  docker run --rm "$image" /seatrial-agent version
}

step "engine" rig/up
step "base image" rig/images golang
step "agent" node --input-type=module --eval 'import { buildAgent } from "./scripts/build-agent.mjs"; buildAgent(process.cwd());'
step "gather" gather
step "image $image" env DOCKER_BUILDKIT=1 docker build --quiet --tag "$image:$version" --tag "$image:latest" "$context"
step "what it has" smoke
