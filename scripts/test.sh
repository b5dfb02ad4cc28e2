#!/usr/bin/env bash
# All set-up, then every test: checks, unit, contract, agent, end-to-end on the real engine.
. "$(dirname "$0")/lib.sh"
# What the end-to-end tests use to play other machines (network namespaces, certificates, ssh), and to run the pipelines that we
# write as their systems would (gitlab-ci-local copies with rsync, Maven fetches the Groovy of Jenkins); Java and Python, whose coverage tools
# are asked for their own figures.
test_tools=(ip:iproute2 nsenter:util-linux openssl:openssl ssh:openssh-client rsync:rsync mvn:maven javac:default-jdk-headless pip3:python3-pip)

rm -rf .test-results
step "dependencies" install_dependencies
# What is downloaded, the base images above all, takes little of the processors: what needs none of it goes on meanwhile.
beside "check of the sources" bash scripts/check.sh sources
step "engine" rig/up
# The program is built in the first two where there is no Go.
# All that a test begins with: not the two with compilers of C++.
images=(debian golang mariadb motoserver/moto nats node:20-slim postgres python:3.13-slim rabbitmq rclone/rclone redis registry)
step "base images for the build" rig/images debian:13 golang:1.24
beside "test tools" rig/tools "${test_tools[@]}"
beside "base images" rig/images "${images[@]}"
step "build" build_program
# They wait most of their time. One after the other: what the first compiles is there for the second.
beside "agent and Go client" bash -c 'node scripts/test-agent.mjs && node scripts/test-go-client.mjs'
step "check of the program" bash scripts/check.sh program
await "check of the sources"
await "test tools"
await "base images"
beside "stand-ins" rig/test --new
beside "python client" node scripts/test-python-client.mjs
failed=0
step "contract and end-to-end" node_modules/.bin/vitest run --project contract --project e2e --reporter=default --reporter=json --outputFile.json=.test-results/engine.json || failed=1
for part in "agent and Go client" "python client" "stand-ins"; do await "$part" || failed=1; done
node scripts/test-summary.mjs || failed=1
exit "$failed"
