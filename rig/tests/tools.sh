# shellcheck shell=bash
# A machine that was just made has no package lists yet.
test_tools() {
  local id
  # shellcheck disable=SC2016 # expanded in the container
  id=$(docker create --label "$RUN" debian:13 bash -ec \
    '[[ -z $(ls /var/lib/apt/lists/*Packages* 2>/dev/null) ]]; ! command -v bc; /rig/tools bash:bash bc:bc; bc --version; /rig/tools bc:none')
  docker cp "$RIG_HOME" "$id:/rig"
  docker start --attach "$id"
}
