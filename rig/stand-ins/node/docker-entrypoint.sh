#!/bin/sh
# A flag, or a word that is no command, is meant for node.
set -eu
if [ "${1#-}" != "${1:-}" ] || [ -z "$(command -v "${1:-}")" ] || { [ -f "${1:-}" ] && ! [ -x "${1:-}" ]; }; then
  set -- node "$@"
fi
exec "$@"
