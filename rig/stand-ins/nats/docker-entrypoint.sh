#!/usr/bin/env bash
# Options alone are the server's; any other command runs as it is.
set -euo pipefail

if [[ ${1:-} == -* ]]; then set -- nats-server "$@"; fi

exec "$@"
