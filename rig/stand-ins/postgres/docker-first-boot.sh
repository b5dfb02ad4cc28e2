#!/usr/bin/env bash
# Sets up an empty data directory: cluster, password, database, and the files of /docker-entrypoint-initdb.d.
# Arguments: the command that will serve later; its flags hold for the temporary server too.
set -Eeuo pipefail

fail() {
  printf 'PostgreSQL: %s\n' "$@" >&2
  exit 1
}

# setting NAME DEFAULT: NAME from the environment, or from the file that NAME_FILE names.
setting() {
  local name=$1 file=${1}_FILE value
  if [[ -n ${!name:-} && -n ${!file:-} ]]; then fail "$name and $file are both set; only one of them can be."; fi
  value=${!name:-$2}
  if [[ -n ${!file:-} ]]; then value=$(<"${!file}"); fi
  export "$name=$value"
  unset "$file"
}

check_password() {
  if [[ -n $POSTGRES_PASSWORD ]]; then return; fi
  if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
    printf 'PostgreSQL: POSTGRES_HOST_AUTH_METHOD is "trust": anybody who reaches the port may do anything.\n' >&2
    return
  fi
  fail 'no superuser password was given, so no database is set up.' \
    'set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) to a value that is not empty, as in: docker run -e POSTGRES_PASSWORD=…' \
    'or set POSTGRES_HOST_AUTH_METHOD=trust to let everybody in without one.'
}

# initdb asks for the name of its user, and a container may run under a number without a name.
name_this_user() {
  local library folder
  if getent passwd "$EUID" >/dev/null; then return; fi
  for library in /usr/lib/*/libnss_wrapper.so; do
    if [[ ! -s $library ]]; then continue; fi
    folder=$(mktemp -d)
    printf 'postgres:x:%s:%s:PostgreSQL:%s:/bin/false\n' "$EUID" "$(id -g)" "$PGDATA" >"$folder/passwd"
    printf 'postgres:x:%s:\n' "$(id -g)" >"$folder/group"
    export LD_PRELOAD=$library NSS_WRAPPER_PASSWD=$folder/passwd NSS_WRAPPER_GROUP=$folder/group
    return
  done
}

create_cluster() {
  local arguments=()
  if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then arguments+=(--waldir "$POSTGRES_INITDB_WALDIR"); fi
  # The arguments are one string, to be split the way a shell splits it.
  eval "arguments+=(${POSTGRES_INITDB_ARGS:-})"
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${arguments[@]}"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}" >>"$PGDATA/pg_hba.conf"
}

# It listens on the local socket only, so that nothing outside takes it for the real server.
temporary_server() {
  case $1 in
    start)
      shift
      if [[ ${1:-} == postgres ]]; then shift; fi
      NOTIFY_SOCKET='' pg_ctl --wait start --options "$(printf '%q ' "$@" -c "listen_addresses=" -p 5432)"
      ;;
    stop) pg_ctl --mode fast --wait stop ;;
  esac
}

sql() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"
}

create_database() {
  local found
  found=$(sql --dbname postgres -v name="$POSTGRES_DB" --tuples-only --no-align \
    <<<"SELECT 1 FROM pg_database WHERE datname = :'name'")
  if [[ -n $found ]]; then return; fi
  sql --dbname postgres -v name="$POSTGRES_DB" <<<'CREATE DATABASE :"name"'
}

# Named as in the real image: sourced scripts call it.
docker_process_sql() { sql ${POSTGRES_DB:+--dbname "$POSTGRES_DB"} "$@"; }

run_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    printf 'PostgreSQL: %s\n' "$file"
    case $file in
      *.sh)
        # shellcheck source=/dev/null
        if [[ -x $file ]]; then "$file"; else . "$file"; fi
        ;;
      *.sql) docker_process_sql -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | docker_process_sql ;;
      *.sql.xz) xzcat "$file" | docker_process_sql ;;
      *.sql.zst) zstd -dc "$file" | docker_process_sql ;;
      *) printf 'PostgreSQL: %s is ignored\n' "$file" ;;
    esac
  done
}

setting POSTGRES_PASSWORD ''
setting POSTGRES_USER postgres
setting POSTGRES_DB "$POSTGRES_USER"
setting POSTGRES_INITDB_ARGS ''
: "${POSTGRES_HOST_AUTH_METHOD:=}"
shopt -s nullglob

check_password
name_this_user
create_cluster
export PGPASSWORD=$POSTGRES_PASSWORD
temporary_server start "$@"
create_database
run_files
temporary_server stop
