#!/usr/bin/env bash
# Everything that the first run needs, then the whole chain on examples/go-redis: build, test, check, release, and a look at what was released.
. "$(dirname "$0")/lib.sh"
step "dependencies" install_dependencies &
dependencies=$!
step "engine" rig/up
step "base images" rig/images debian golang redis registry
wait "$dependencies"
step "build" build_program

seatrial() { node packages/seatrial/dist/main.js "$@"; }

# A registry with a login, and a key to sign with, both of this machine only.
prepare_release() {
  local settings
  settings=$(rig/registry) && eval "$settings" || return
  # Tags of a commit never move, and each demonstration may build its image anew: it has repositories of its own.
  REGISTRY=$REGISTRY/demo-$(date +%Y%m%d-%H%M%S)
  export SEATRIAL_KEY=$DOCKER_CONFIG/../seatrial.key
  export SEATRIAL_KEY_PASSPHRASE="made for demonstrations"
  [ -f "$SEATRIAL_KEY" ] || seatrial key new --out "$SEATRIAL_KEY"
}
step "registry and key" prepare_release
# A gate names what it asks for. Changes that are in no commit are fine here, and then no commit can be asked for.
asked=(--suite unit integration check --max-age 1h)
if [ -z "$(git status --porcelain 2>&1)" ]; then asked+=(--commit "$(git rev-parse HEAD)"); else dirty=--allow-dirty; fi
step "seatrial run" seatrial run --folder examples/go-redis ${dirty:-}
step "seatrial verify" seatrial verify "$REGISTRY/linkly:latest" --key "${SEATRIAL_KEY%.key}.pub" "${asked[@]}"
