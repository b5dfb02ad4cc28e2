#!/bin/sh
# Deploys the covered program elsewhere, tests it there and its parts here, stops it, fetches its coverage, and reports all of it together.
# What it deployed is gone afterwards, however it ends. SEATRIAL is how to start seatrial.
set -eu
cd "$(dirname "$0")"
seatrial=${SEATRIAL:-npx seatrial}
export ELSEWHERE="${ELSEWHERE:-parkly-elsewhere-$$}"

trap './elsewhere.sh down' EXIT
# A shell that a signal ends would leave everything where it is.
trap 'exit 130' INT TERM HUP

variables=$(./elsewhere.sh up)
eval "$variables"
$seatrial test
./elsewhere.sh stop
rm -rf .seatrial/coverage
$seatrial coverage pull s3://coverage/parkly --run "$ELSEWHERE" --wait 10s
$seatrial coverage report --format text html cobertura --into .seatrial/report
