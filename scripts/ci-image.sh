#!/usr/bin/env bash
# Builds the image that the jobs of a pipeline run in, and lets it say what it has. $CI_IMAGE is its name. The engine of a job may be of
# another platform than this machine's: it has the agent of each, as a package has. CI_IMAGE_AGENTS=own is for tests, which ship nothing.
. "$(dirname "$0")/lib.sh"
version=$(node -p 'require("./packages/seatrial/package.json").version')
image=${CI_IMAGE:-seatrial-ci:$version}
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
agents=(--all)
if [ "${CI_IMAGE_AGENTS:-all}" = own ]; then agents=(); fi

pack() {
  npm pack --workspace seatrial --ignore-scripts --silent --pack-destination "$context" >/dev/null || return
  tar --extract --gzip --file "$context"/seatrial-*.tgz --directory "$context" || return
  rm "$context"/seatrial-*.tgz
  cp ci-image/Dockerfile "$context"
}

smoke() {
  # No engine is needed for this; `seatrial doctor` in a job tells whether it reaches one.
  docker run --rm "$image" bash -euc 'seatrial --version; docker buildx version; docker compose version; git --version'
}

step "dependencies" install_dependencies
step "engine" rig/up
# The agent is built in the first where there is no Go.
step "base images" rig/images golang:1.24 node:20-trixie-slim
step "build" build_program "${agents[@]}"
step "package" pack
step "image $image" env DOCKER_BUILDKIT=1 docker build --quiet --tag "$image" "$context"
step "what it has" smoke
