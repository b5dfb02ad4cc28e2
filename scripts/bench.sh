#!/usr/bin/env bash
# Side-by-side benchmarks; the figures in docs/benchmarks.md come from here.
. "$(dirname "$0")/lib.sh"
step "dependencies" install_dependencies
step "engine" rig/up
step "base images" rig/images debian golang postgres
step "build" build_program
npm run --silent bench -- "${@:-cycle}"
