# shellcheck shell=bash
# The machine's own apt: packages of its suite, and where its Debian mirror is.

apt_quiet() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

need_apt() {
  command -v apt-get >/dev/null || die "This machine has no apt, and the rig installs with nothing else." \
    "Install a container engine with buildx and compose by hand."
  load_mirrors
  # Without lists nothing below can tell what there is to install.
  if [[ -z $DEBIAN_MIRRORS ]]; then
    step "refresh package lists" apt_quiet update
    load_mirrors
  fi
}

# The version apt would install, or nothing.
apt_candidate() {
  apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'
}

# Old lists name versions that the mirror no longer has.
apt_install() {
  apt_quiet install --no-install-recommends --no-upgrade "$@" && return
  apt_quiet update
  apt_quiet install --no-install-recommends --no-upgrade "$@"
}

# Asking apt costs a third of a second, so it is asked once.
load_mirrors() {
  # shellcheck disable=SC2016 # apt's own variables
  DEBIAN_MIRRORS=$(apt-get indextargets 'Created-By: Packages' 'Origin: Debian' --format '$(LABEL) $(REPO_URI)')
}

# debian_uri LABEL: the machine's mirror for "Debian" or "Debian-Security"; needs load_mirrors.
debian_uri() { awk -v label="$1" '$1 == label { sub(/\/*$/, "", $2); print $2; exit }' <<<"$DEBIAN_MIRRORS"; }

# The keyring the machine's sources name for that mirror, else the one of Debian's keyring package.
debian_keyring() {
  local uri=$1 file
  file=$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null |
    awk -v uri="$uri" '
      /^[[:space:]]*$/ { here = 0 }
      /^URIs:/ { here = index($0, uri) > 0 }
      here && /^Signed-By:[[:space:]]*\// { print $2; exit }
      /^deb / && index($0, uri) && match($0, /signed-by=[^] ]+/) { print substr($0, RSTART + 10, RLENGTH - 10); exit }
    ')
  printf '%s' "${file:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}
