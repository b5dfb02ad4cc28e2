#!/usr/bin/env bash
# Everything that the first run needs, then the run itself on examples/go-redis.
. "$(dirname "$0")/lib.sh"
step "dependencies" install_dependencies &
dependencies=$!
step "engine" rig/up
step "base images" rig/images debian golang redis
wait "$dependencies"
step "build" build_program
step "seatrial run" node packages/seatrial/dist/main.js run --folder examples/go-redis
