#!/usr/bin/env bash
# All set-up, then every test: checks, unit, contract, agent, end-to-end on the real engine.
. "$(dirname "$0")/lib.sh"
# What the end-to-end tests use to play other machines: network namespaces and certificates.
install_test_tools() {
  command -v ip >/dev/null && command -v nsenter >/dev/null && command -v openssl >/dev/null && return
  apt-get install -y --no-install-recommends iproute2 util-linux openssl >/dev/null
}

step "dependencies" install_dependencies
step "test tools" install_test_tools
step "engine" rig/up
step "base images" rig/images
step "build" build_program
step "check" bash scripts/check.sh
step "agent" node scripts/test-agent.mjs
step "contract and end-to-end" npx vitest run --project contract --project e2e --reporter=default --reporter=json --outputFile.json=.test-results/engine.json
node scripts/test-summary.mjs
