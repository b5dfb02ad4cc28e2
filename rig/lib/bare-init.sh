#!/bin/bash
# Process 1 of a machine that rig/bare makes: ROOT NAME MAKE_TARGET...
set -euo pipefail
root=$1
name=$2
shift 2
# Process 1 ignores signals that it does not ask for.
trap 'exit 130' INT TERM

hostname "$name"
mapfile -t controllers < <(awk '$3 ~ /^cgroup/ { print $3, $2, $4 }' /proc/self/mounts)
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 dev dev
mount -t tmpfs -o mode=755 run run
for device in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 "dev/${device%:*}" c 1 "${device#*:}"; done
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm run/lock
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for stream in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${stream#*:}" "dev/${stream%:*}"; done

# The control groups of this machine only: its namespace begins where it was put.
if [[ ${controllers[*]} != "cgroup2 /sys/fs/cgroup "* ]]; then mount -t tmpfs -o mode=755 cgroup sys/fs/cgroup; fi
for controller in "${controllers[@]}"; do
  read -r kind folder options <<<"$controller"
  mkdir -p ".$folder"
  if [[ $kind == cgroup2 ]]; then options=rw; fi
  mount -t "$kind" -o "${options//relatime/rw}" "$kind" ".$folder"
done

pivot_root . mnt
umount --lazy /mnt
# As systemd does at boot.
mount --make-rshared /
cd /root
git -c advice.detachedHead=false clone --quiet seatrial.bundle seatrial
cd seatrial

status=0
for target in "$@"; do
  started=$SECONDS
  code=0
  make "$target" </dev/null || code=$?
  printf '== make %s ended with %d after %d s\n' "$target" "$code" "$((SECONDS - started))"
  if [[ $code -ne 0 ]]; then status=1; fi
done
exit "$status"
