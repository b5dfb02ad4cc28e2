#!/usr/bin/env bash
# Runs MariaDB as the user mysql, after having set up an empty data directory.
set -Eeuo pipefail

# Flags alone belong to the server.
if [[ ${1:-} == -* ]]; then set -- mariadbd "$@"; fi

serves() {
  local argument
  [[ ${1:-} == mariadbd || ${1:-} == mysqld ]] || return 1
  for argument in "$@"; do
    case $argument in
      -'?' | --help | --print-defaults | -V | --version) return 1 ;;
    esac
  done
}

# What the server itself makes of its configuration files and of the flags on the command.
server_setting() {
  local name=$1
  shift
  "$@" --verbose --help 2>/dev/null | awk -v name="$name" '$1 == name && /^[^ \t]/ { sub(/^[^ \t]+[ \t]+/, ""); print; exit }'
}

# Programs wait for the message below, so it is worded as in the real image.
if serves "$@"; then
  DATADIR=$(server_setting datadir "$@")
  SOCKET=$(server_setting socket "$@")
  export DATADIR SOCKET
  mkdir -p "$DATADIR" "${SOCKET%/*}"
  if [[ $EUID -eq 0 ]]; then
    find "$DATADIR" "${SOCKET%/*}" \! -user mysql -exec chown mysql {} +
    exec gosu mysql "${BASH_SOURCE[0]}" "$@"
  fi
  if [[ ! -d $DATADIR/mysql ]]; then
    docker-first-boot.sh "$@"
    echo 'MariaDB init process done. Ready for start up.'
  fi
  unset DATADIR SOCKET
fi

exec "$@"
