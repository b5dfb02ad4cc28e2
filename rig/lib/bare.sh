# shellcheck shell=bash
# A bare Debian machine within this one, for rig/bare, which says: $name, $machine (its root file system), $forwarding (what
# this machine did with packets of others before).
# shellcheck disable=SC2154

# The release that is the oldest we promise, and what the promise asks for.
BARE_SUITE=bookworm
BARE_PACKAGES=make,git,ca-certificates

# bare_disk FOLDER: a disk of its own behind it, as large as is free here at most, and gone when it is not mounted any more. A folder here
# would be as fast or slow as this machine's file system is: without a journal, as some have it, ext4 makes files slowly where many were removed.
bare_disk() {
  truncate --size 40G "$1.disk"
  mkfs.ext4 -q "$1.disk"
  mount -o loop "$1.disk" "$1"
  rm "$1.disk"
  rmdir "$1/lost+found"
}

# bare_root FOLDER: the root file system, with this machine's mirror, certificate authorities, Node and npm, and the repository.
bare_root() {
  local root=$1 uri security node npm
  uri=$(debian_uri Debian)
  security=$(debian_uri Debian-Security)
  RIG_SUITE=$BARE_SUITE base_sources "$uri" "$security" |
    sed "s#^Signed-By:.*#Signed-By: $(debian_keyring "$uri")#" >"$root.sources"
  mmdebstrap --quiet --mode=root --variant=minbase --include="$BARE_PACKAGES" --dpkgopt=force-unsafe-io \
    "$BARE_SUITE" "$root" "$root.sources"
  rm "$root.sources" "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
  apt-config dump --format '%f "%v";%n' Acquire::Check-Valid-Until Acquire::Check-Date >"$root/etc/apt/apt.conf.d/50-mirror"
  host_authorities "$root/usr/local/share/ca-certificates"
  chroot "$root" update-ca-certificates
  # The lists of packages are old or absent on a machine that was just made.
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
  node=$(node -p process.execPath)
  npm=$(realpath "$(command -v npm)")
  mkdir -p "$root/usr/local/lib/node_modules"
  install -m 755 "$node" "$root/usr/local/bin/node"
  cp -R "${npm%/bin/*}" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  git -C "$RIG_HOME" bundle create --quiet "$root/root/seatrial.bundle" HEAD
  cp "$RIG_HOME/lib/bare-init.sh" "$root/root/init"
  rm -f "$root/etc/resolv.conf"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  printf '127.0.0.1 localhost %s\n' "$name" >"$root/etc/hosts"
}

# One cable to this machine, which passes the packets on.
bare_connect() {
  local subnet=10.253.$(($$ % 250)) uplink mtu controller
  uplink=$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route)
  mtu=$(cat "/sys/class/net/$uplink/mtu")
  ip netns add "$name"
  ip link add "bare$$" mtu "$mtu" type veth peer name eth0 mtu "$mtu" netns "$name"
  ip address add "$subnet.1/30" dev "bare$$"
  ip link set "bare$$" up
  ip -n "$name" address add "$subnet.2/30" dev eth0
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
  ip -n "$name" route add default via "$subnet.1"
  bare_packet_filter -I
  echo 1 >/proc/sys/net/ipv4/ip_forward
  while read -r controller; do
    mkdir "$controller/$name"
    # Of this one a new group has neither processors nor memory.
    if [[ -e $controller/cpuset.cpus ]]; then
      cat "$controller/cpuset.cpus" >"$controller/$name/cpuset.cpus"
      cat "$controller/cpuset.mems" >"$controller/$name/cpuset.mems"
    fi
  done < <(bare_controllers)
}

# bare_packet_filter -I|-D
bare_packet_filter() {
  local subnet=10.253.$(($$ % 250)).0/30
  iptables "$1" FORWARD -i "bare$$" -j ACCEPT
  iptables "$1" FORWARD -o "bare$$" -j ACCEPT
  iptables -t nat "$1" POSTROUTING -s "$subnet" ! -o "bare$$" -j MASQUERADE
}

# Where control groups are mounted: one folder a controller in version 1, one folder in version 2.
bare_controllers() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts; }

# bare_boot FOLDER TARGET...: process 1 of the machine runs the targets; the machine ends with it.
bare_boot() {
  local root=$1 controller passed=()
  shift
  for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    if [[ -n ${!variable:-} ]]; then passed+=("$variable=${!variable}"); fi
  done
  # What a user sets where certificates are not those that programs bring along.
  for variable in NODE_EXTRA_CA_CERTS SSL_CERT_FILE; do
    if [[ -n ${!variable:-} ]]; then passed+=("$variable=/etc/ssl/certs/ca-certificates.crt"); fi
  done
  (
    while read -r controller; do echo "$BASHPID" >"$controller/$name/cgroup.procs"; done < <(bare_controllers)
    exec nsenter --net="/run/netns/$name" \
      unshare --mount --uts --ipc --cgroup --pid --fork --kill-child --propagation private \
      env -i "${passed[@]}" HOME=/root TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      bash "$root/root/init" "$root" "$name" "$@"
  )
}

bare_remove() {
  local controller group
  bare_packet_filter -D 2>/dev/null || true
  echo "$forwarding" >/proc/sys/net/ipv4/ip_forward
  ip netns delete "$name" 2>/dev/null || true
  while read -r controller; do
    find "$controller/$name" -depth -type d 2>/dev/null | while read -r group; do rmdir "$group" || true; done
  done < <(bare_controllers)
  if mountpoint --quiet "$machine"; then umount --lazy "$machine"; fi
  rm -rf --one-file-system "$machine" "$machine.sources" "$machine.disk"
}
