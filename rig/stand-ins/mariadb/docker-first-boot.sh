#!/usr/bin/env bash
# Sets up an empty data directory: system tables, accounts, database, and the files of /docker-entrypoint-initdb.d.
# Arguments: the command that will serve later; its flags hold for the temporary server too.
set -Eeuo pipefail

fail() {
  printf 'MariaDB: %s\n' "$@" >&2
  exit 1
}

# setting NAME DEFAULT: MARIADB_NAME or MYSQL_NAME, from the environment, or from the file that the same name
# with _FILE names. The result is in both.
setting() {
  local name file value=$2
  for name in "MYSQL_$1" "MARIADB_$1"; do
    file=${name}_FILE
    if [[ -n ${!name:-} && -n ${!file:-} ]]; then fail "$name and $file are both set; only one of them can be."; fi
    if [[ -n ${!name:-} ]]; then value=${!name}; fi
    if [[ -n ${!file:-} ]]; then value=$(<"${!file}"); fi
    unset "$file"
  done
  export "MARIADB_$1=$value" "MYSQL_$1=$value"
}

check_password() {
  if [[ -n $MARIADB_ROOT_PASSWORD || -n $MARIADB_ALLOW_EMPTY_ROOT_PASSWORD ]]; then return; fi
  if [[ -n $MARIADB_RANDOM_ROOT_PASSWORD ]]; then
    setting ROOT_PASSWORD "$(head -c 24 /dev/urandom | base64)"
    printf 'MariaDB: GENERATED ROOT PASSWORD: %s\n' "$MARIADB_ROOT_PASSWORD"
    return
  fi
  fail 'no password for root was given, so no database is set up.' \
    'set MARIADB_ROOT_PASSWORD (or MARIADB_ROOT_PASSWORD_FILE), MARIADB_RANDOM_ROOT_PASSWORD' \
    'or MARIADB_ALLOW_EMPTY_ROOT_PASSWORD.'
}

# Any value as an SQL string, where backslashes are ordinary characters.
quoted() { printf "'%s'" "${1//\'/\'\'}"; }

# Any value as an SQL identifier.
named() { printf '%s' "\`${1//\`/\`\`}\`"; }

sql() {
  MYSQL_PWD=${root_password:-} mariadb --no-defaults --protocol=socket --socket="$SOCKET" --user=root \
    --default-character-set=utf8mb4 "$@"
}

# It opens no port, so that nothing outside takes it for the real server.
temporary_server_start() {
  local deadline=$((SECONDS + 60))
  "$@" --skip-networking --socket="$SOCKET" --loose-innodb_buffer_pool_load_at_startup=0 &
  server=$!
  until sql --execute='SELECT 1' >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null; then fail 'the temporary server ended; its messages are above.'; fi
    if [[ $SECONDS -ge $deadline ]]; then fail "the temporary server did not answer on $SOCKET within 60 s."; fi
    sleep 0.1
  done
}

temporary_server_stop() {
  kill "$server"
  wait "$server"
}

# Writing the log per statement would only slow this down.
load_time_zones() {
  if [[ -n ${MARIADB_INITDB_SKIP_TZINFO:-${MYSQL_INITDB_SKIP_TZINFO:-}} ]]; then return; fi
  mariadb-tzinfo-to-sql /usr/share/zoneinfo 2>/dev/null | sql mysql
}

create_accounts() {
  local password host
  password=$(quoted "$MARIADB_ROOT_PASSWORD")
  host=$(quoted "$MARIADB_ROOT_HOST")
  {
    echo "SET SESSION sql_log_bin = 0; SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');"
    # The tables come with accounts that have no password.
    echo "DROP USER IF EXISTS ''@localhost, ''@'$HOSTNAME', root@'$HOSTNAME', root@'127.0.0.1', root@'::1';"
    if [[ $MARIADB_ROOT_HOST != localhost ]]; then
      echo "CREATE USER root@$host IDENTIFIED BY $password; GRANT ALL ON *.* TO root@$host WITH GRANT OPTION;"
    fi
    if [[ -n $MARIADB_DATABASE ]]; then echo "CREATE DATABASE IF NOT EXISTS $(named "$MARIADB_DATABASE");"; fi
    if [[ -n $MARIADB_USER ]]; then
      echo "CREATE USER $(quoted "$MARIADB_USER")@'%' IDENTIFIED BY $(quoted "$MARIADB_PASSWORD");"
      # In a grant, the database's name is a pattern.
      if [[ -n $MARIADB_DATABASE ]]; then
        echo "GRANT ALL ON $(named "${MARIADB_DATABASE//_/\\_}").* TO $(quoted "$MARIADB_USER")@'%';"
      fi
    fi
    echo "SET PASSWORD FOR root@localhost = PASSWORD($password);"
  } | sql
  root_password=$MARIADB_ROOT_PASSWORD
}

# Named as in the real image: sourced scripts call it, with arguments of theirs.
# shellcheck disable=SC2120
docker_process_sql() { sql ${MARIADB_DATABASE:+--database="$MARIADB_DATABASE"} "$@"; }

# shellcheck disable=SC2119
run_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    printf 'MariaDB: %s\n' "$file"
    case $file in
      *.sh)
        # shellcheck source=/dev/null
        if [[ -x $file ]]; then "$file"; else . "$file"; fi
        ;;
      *.sql) docker_process_sql <"$file" ;;
      *.sql.gz) gunzip -c "$file" | docker_process_sql ;;
      *.sql.xz) xzcat "$file" | docker_process_sql ;;
      *.sql.zst) zstd -dc "$file" | docker_process_sql ;;
      *) printf 'MariaDB: %s is ignored\n' "$file" ;;
    esac
  done
}

for name in ROOT_PASSWORD ALLOW_EMPTY_ROOT_PASSWORD RANDOM_ROOT_PASSWORD DATABASE USER PASSWORD; do setting "$name" ''; done
# The older name of the same permission.
MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}
setting ROOT_HOST '%'
shopt -s nullglob

check_password
mariadb-install-db --datadir="$DATADIR" --auth-root-authentication-method=normal --skip-test-db --rpm \
  --cross-bootstrap "${@:2}"
temporary_server_start "$@"
load_time_zones
create_accounts
run_files
temporary_server_stop
