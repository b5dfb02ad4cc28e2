# shellcheck shell=bash
# The base of all stand-ins: Debian from the machine's mirror, with the machine's certificate authorities.

BASE_IMAGE=seatrial-stand-in/debian
LISTS_IMAGE=seatrial-stand-in/apt-lists
CA_BUNDLE=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

# host_authorities FOLDER: certificates of the bundle that Debian's own package does not bring, one file each,
# so that update-ca-certificates in an image built on this one keeps them.
host_authorities() {
  local folder=$1
  mkdir -p "$folder"
  find /usr/share/ca-certificates -name '*.crt' -exec cat {} + 2>/dev/null | awk -v folder="$folder" -v bundle="$CA_BUNDLE" '
    function remember(line) {
      if (line ~ /-BEGIN CERTIFICATE-/) { body = ""; inside = 1; return 0 }
      if (line ~ /-END CERTIFICATE-/) { inside = 0; return 1 }
      if (inside) body = body line "\n"
      return 0
    }
    { sub(/\r$/, ""); if (remember($0)) known[body] = 1 }
    END {
      while ((getline line < bundle) > 0) {
        sub(/\r$/, "", line)
        if (!remember(line) || body in known) continue
        known[body] = 1
        printf "-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n", body > (folder "/host-" ++count ".crt")
      }
    }'
}

# Sources of the images: the machine's mirror, and its security mirror when it has one.
base_sources() {
  local uri=$1 security=$2
  local rest='Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.pgp\n'
  printf "Types: deb\nURIs: %s\nSuites: %s %s-updates\n$rest" "$uri" "$RIG_SUITE" "$RIG_SUITE"
  if [[ -n $security ]]; then
    printf "\nTypes: deb\nURIs: %s\nSuites: %s-security\n$rest" "$security" "$RIG_SUITE"
  fi
}

# How the machine's apt judges the age of lists: a mirror that stands still needs the same leniency in images.
base_apt_conf() {
  cat "$RIG_HOME/stand-ins/apt.conf"
  apt-config dump --format '%f "%v";%n' Acquire::Check-Valid-Until Acquire::Check-Date
}

base_hash() {
  {
    # The functions as bash understood them: a comment more or less makes no other image.
    declare -f host_authorities base_sources base_apt_conf base_build
    (cd "$RIG_HOME/stand-ins" && cat apt.conf dpkg.cfg base-extract base-customize) && cat "$CA_BUNDLE"
    base_sources "$(debian_uri Debian)" "$(debian_uri Debian-Security)"
    dpkg --print-architecture
  } | sha256sum | cut -c 1-16
}

base_build() {
  local hash=$1 bundle=/etc/ssl/certs/ca-certificates.crt uri security keyring old work=$RIG_STATE/base
  old=$(image_id "$BASE_IMAGE")
  if ! command -v mmdebstrap >/dev/null; then apt_install mmdebstrap; fi
  newer_update
  uri=$(debian_uri Debian)
  security=$(debian_uri Debian-Security)
  keyring=$(newer_keyring_in_use)
  rm -rf "$work"
  mkdir -p "$work"
  host_authorities "$work/authorities"
  cp "$CA_BUNDLE" "$work/bundle.crt"
  base_apt_conf >"$work/apt.conf"
  base_sources "$uri" "$security" >"$work/debian.sources"
  sed "s#^Signed-By:.*#Signed-By: $keyring#" "$work/debian.sources" >"$work/bootstrap.sources"
  mmdebstrap --quiet --mode=root --variant=minbase --format=tar \
    --setup-hook="install -D -m 644 '$RIG_HOME/stand-ins/dpkg.cfg' \"\$1/etc/dpkg/dpkg.cfg.d/50-stand-in\"" \
    --extract-hook="sh '$RIG_HOME/stand-ins/base-extract' \"\$1\"" \
    --aptopt='Acquire::Languages "none"' \
    --skip=chroot/policy-rc.d \
    --customize-hook="sh '$RIG_HOME/stand-ins/base-customize' \"\$1\" '$work'" \
    "$RIG_SUITE" "$work/base.tar" "$work/bootstrap.sources"
  docker import \
    --change 'CMD ["bash"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change "ENV SSL_CERT_FILE=$bundle NODE_EXTRA_CA_CERTS=$bundle PIP_CERT=$bundle REQUESTS_CA_BUNDLE=$bundle" \
    --change 'LABEL org.seatrial.stand-in=true' \
    --change 'LABEL org.seatrial.stand-in.description="Debian 13 from packages, in place of Docker Hub'"'"'s debian"' \
    --change "LABEL org.seatrial.stand-in.inputs=$hash" \
    "$work/base.tar" "$BASE_IMAGE"
  retire "$old"
  rm -rf "$work"
}

# Package lists live in an image of their own and are mounted into builds: none of them ends up in a stand-in, builds
# run side by side, and lists of another day are fetched anew since a mirror drops superseded versions.
lists_are_fresh() {
  local created
  created=$(docker image inspect --format '{{.Created}} {{index .Config.Labels "org.seatrial.stand-in.inputs"}}' \
    "$LISTS_IMAGE" 2>/dev/null) || return 1
  [[ ${created#* } == "$1" && $(($(date +%s) - $(date -d "${created% *}" +%s))) -lt 86400 ]]
}

lists_build() {
  local old
  old=$(image_id "$LISTS_IMAGE")
  docker build --progress=plain --no-cache --tag "$LISTS_IMAGE" "$RIG_HOME/stand-ins/apt-lists"
  retire "$old"
}
