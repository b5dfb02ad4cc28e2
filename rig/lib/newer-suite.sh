# shellcheck shell=bash
# Packages of a newer Debian release, from the machine's own mirror, through apt with a state of its own:
# the machine's apt configuration stays as it is, and signatures are checked as always.

newer_apt() {
  local dir=$RIG_STATE/apt
  apt-get -q -o Dir::State="$dir/state" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
    -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Acquire::Languages=none -o APT::Update::Error-Mode=any "$@"
}

newer_sources() {
  local uri=$1 keyring=$2 dir=$RIG_STATE/apt
  mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial" "$dir/debs"
  : >"$dir/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$uri" "$RIG_SUITE" >"$dir/sources.list"
}

# An older keyring does not know the keys of a release made after it. The keyring package of the machine's own
# suite gets them in a point release, and is verified with the keys the machine trusts today.
newer_keyring() {
  local dir=$RIG_STATE/apt/keyring
  mkdir -p "$dir"
  (
    cd "$dir" || exit 1
    rm -rf ./*
    apt-get -q update >&2
    apt-get -q download debian-archive-keyring >&2
    dpkg-deb -x ./*.deb .
  )
  printf '%s' "$dir/usr/share/keyrings/debian-archive-keyring.gpg"
}

# Lists that were just fetched, for the plugins, do for the base images too.
newer_is_fresh() {
  [[ -n $(find "$RIG_STATE/apt/fetched" -mmin -60 2>/dev/null) && $(<"$RIG_STATE/apt/fetched") == "$1" ]]
}

newer_update() {
  local uri
  uri=$(debian_uri Debian)
  [[ -n $uri ]] || die "No Debian mirror among this machine's apt sources." \
    "The rig can only install on Debian; install what is missing by hand."
  if newer_is_fresh "$uri"; then return; fi
  newer_sources "$uri" "$(debian_keyring "$uri")"
  if ! newer_apt update; then
    newer_sources "$uri" "$(newer_keyring)"
    newer_apt update
  fi
  printf '%s\n' "$uri" >"$RIG_STATE/apt/fetched"
}

# The keyring that verified the lists, once newer_update is through.
newer_keyring_in_use() { sed -n 's/.*signed-by=\([^]]*\)].*/\1/p' "$RIG_STATE/apt/sources.list"; }

# newer_download PACKAGE...: leaves the .deb files in $RIG_STATE/apt/debs.
newer_download() {
  newer_update
  rm -f "$RIG_STATE"/apt/debs/*.deb
  (cd "$RIG_STATE/apt/debs" && newer_apt download "$@")
}
