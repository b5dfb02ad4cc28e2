#!/usr/bin/env bash
# Starts redis-server as the user redis; any other command runs as it is.
set -euo pipefail

if [[ ${1:-} == -* || ${1:-} == *.conf ]]; then set -- redis-server "$@"; fi

if [[ ${1:-} == redis-server ]]; then
  if [[ $EUID -eq 0 ]]; then
    find . \! -user redis -exec chown redis {} +
    exec gosu redis "$0" "$@"
  fi
  # Data files are nobody else's business, unless the caller chose a mask.
  if [[ $(umask) == 0022 ]]; then umask 0077; fi
  # Debian's build answers only local clients by default, the real image's answers everybody.
  chosen=" $* "
  if [[ -f ${2:-} ]]; then chosen+=$(cat "$2"); fi
  if [[ $chosen != *protected-mode* ]]; then set -- "$@" --protected-mode no; fi
fi

exec "$@"
