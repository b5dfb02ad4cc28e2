#!/usr/bin/env bash
# Runs PostgreSQL as the user postgres, after having set up an empty data directory.
set -Eeuo pipefail

# Flags alone belong to the server.
if [[ ${1:-} == -* ]]; then set -- postgres "$@"; fi

serves() {
  local argument
  [[ ${1:-} == postgres ]] || return 1
  for argument in "$@"; do
    case $argument in
      -'?' | --help | --describe-config | -V | --version | -C) return 1 ;;
    esac
  done
}

own_folders() {
  mkdir -p "$PGDATA" /var/run/postgresql
  # Under a user who may not change it, the folder's own rights decide.
  chmod 00700 "$PGDATA" || true
  chmod 03775 /var/run/postgresql || true
  if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then mkdir -p "$POSTGRES_INITDB_WALDIR"; fi
  if [[ $EUID -eq 0 ]]; then
    find "$PGDATA" ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"} /var/run/postgresql \
      \! -user postgres -exec chown postgres {} +
  fi
}

# Programs wait for the two messages below, so they are worded as in the real image.
if serves "$@"; then
  own_folders
  if [[ $EUID -eq 0 ]]; then exec gosu postgres "${BASH_SOURCE[0]}" "$@"; fi
  if [[ -s $PGDATA/PG_VERSION ]]; then
    echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
  else
    docker-first-boot.sh "$@"
    echo 'PostgreSQL init process complete; ready for start up.'
  fi
fi

exec "$@"
