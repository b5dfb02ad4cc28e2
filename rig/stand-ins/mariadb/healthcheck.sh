#!/usr/bin/env bash
# Health of the server in this container: healthcheck.sh [--connect] [--innodb_initialized]...
# It is healthy when it answers on its port, so that the temporary server of the first boot never counts.
set -euo pipefail

for check in "$@"; do
  case $check in
    --connect | --innodb_initialized | --su-mysql | --su=*) ;;
    *)
      printf 'healthcheck.sh: the stand-in knows --connect and --innodb_initialized, not %s\n' "$check" >&2
      exit 1
      ;;
  esac
done

# A refused login is an answer too: whoever can say so, serves.
answer=$(mariadb-admin --no-defaults --protocol=tcp --host=127.0.0.1 --user=healthcheck ping 2>&1) && exit
[[ $answer == *'Access denied'* ]]
