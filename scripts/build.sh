#!/usr/bin/env bash
# Builds the agent and the program; afterwards node_modules/.bin/seatrial works.
. "$(dirname "$0")/lib.sh"
step "dependencies" install_dependencies
step "build" build_program
