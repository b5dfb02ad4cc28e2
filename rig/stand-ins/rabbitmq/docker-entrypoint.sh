#!/usr/bin/env bash
# Runs RabbitMQ's programs as the user rabbitmq. The server reads RABBITMQ_DEFAULT_USER, _PASS and _VHOST by itself.
set -euo pipefail

# A probe that runs as root while the server starts would make the cookie its own, and the server could not read it.
keep_cookie() {
  local cookie=/var/lib/rabbitmq/.erlang.cookie
  if [[ -e $cookie ]]; then return; fi
  (umask 077 && head -c 32 /dev/urandom | base64 | tr -dc 'A-Z0-9' >"$cookie")
  chmod 400 "$cookie"
}

if [[ ${1:-} == rabbitmq-server ]]; then
  keep_cookie
  if [[ $EUID -eq 0 ]]; then find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq {} +; fi
fi
if [[ ${1:-} == rabbitmq* && $EUID -eq 0 ]]; then exec gosu rabbitmq "$@"; fi

exec "$@"
