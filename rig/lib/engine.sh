# shellcheck shell=bash
# The container engine: the one that is there, else Debian's, started here.

ENGINE_SOCKET=/var/run/docker.sock

engine_version() { timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null; }

engine_is_ours() {
  local labels
  labels=$(timeout 10 docker info --format '{{json .Labels}}' 2>/dev/null) || return 1
  [[ $labels == *"\"$RIG_LABEL\""* ]]
}

# An address the user chose is never replaced by an engine of the rig.
chosen_endpoint() {
  local name
  if [[ -n ${DOCKER_HOST:-} ]]; then
    printf 'DOCKER_HOST=%s' "$DOCKER_HOST"
    return
  fi
  name=$(docker context inspect --format '{{.Name}}' 2>/dev/null) || return 0
  if [[ $name != default ]]; then printf 'the docker context "%s"' "$name"; fi
}

# Ends the program when no engine answers and the rig has no business starting one.
engine_may_start() {
  local endpoint other
  endpoint=$(chosen_endpoint)
  [[ -z $endpoint ]] || die "No engine answers at $endpoint." "Start that engine, or drop the choice so that the rig starts one."
  [[ $(uname -s) == Linux ]] || die "No engine answers." "On this system start Docker Desktop, Colima or Podman first."
  if [[ -S $ENGINE_SOCKET && ! -w $ENGINE_SOCKET ]]; then
    die "$ENGINE_SOCKET is there, and this user may not use it." "Join the group that owns it, or run: sudo $0"
  fi
  need_root "Starting an engine"
  other=$(running_dockerd)
  if [[ -n $other ]] && command -v docker >/dev/null; then
    die "A dockerd runs as process $other and does not answer at $ENGINE_SOCKET." \
      "Point DOCKER_HOST to it or stop it (the rig's own: rig/down)."
  fi
}

# A process that has ended and was not reaped has no program any more.
running_dockerd() {
  local file
  while read -r file; do
    if [[ -e ${file%/comm}/exe ]]; then basename "${file%/comm}"; fi
  done < <(grep -slx dockerd /proc/[0-9]*/comm) | head -n 1
}

# The pid of the rig's own dockerd, or nothing. A pid alone proves nothing after a crash or a reboot.
engine_pid() {
  local pid
  pid=$(cat "$RIG_RUN/docker.pid" 2>/dev/null) || return 0
  if [[ -r /proc/$pid/cmdline ]] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "dockerd .*$RIG_LABEL"; then
    printf '%s' "$pid"
  fi
}

# install_stopped PACKAGE...: without the services that packages start, which would leave the engine without the
# rig's label and with the folder of the user's own engine.
install_stopped() {
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    # shellcheck disable=SC2064 # the path is to be expanded now
    trap "rm -f '$policy'" EXIT
  fi
  apt_install "$@"
}

# Older releases have client and daemon in one package.
client_install() {
  if [[ -n $(apt_candidate docker-cli) ]]; then apt_install docker-cli; else engine_install; fi
}

engine_install() { install_stopped docker.io ca-certificates iptables; }

# Containers must not send larger packets than the way out can carry.
uplink_mtu() {
  local device
  device=$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route)
  cat "/sys/class/net/${device:-lo}/mtu" 2>/dev/null || printf 1500
}

# After a crash dockerd trusts these files as long as a process has that number, be it dead and not reaped, or another.
forget_stale() {
  local pid
  pid=$(cat "$1" 2>/dev/null) || return 0
  case $(readlink "/proc/$pid/exe") in
    */dockerd | */containerd) ;;
    *) rm -f "$1" ;;
  esac
}

engine_start() {
  local log=$RIG_LOGS/dockerd.log pid mtu deadline
  mkdir -p "$RIG_STATE" "$RIG_LOGS" "$RIG_RUN"
  forget_stale "$RIG_RUN/docker.pid"
  forget_stale "$RIG_RUN/exec/containerd/containerd.pid"
  # A configuration file of our own: the one in /etc belongs to the user's engine, if there ever is one.
  printf '{}\n' >"$RIG_STATE/daemon.json"
  mtu=$(uplink_mtu)
  # It starts itself anew several times for each container, and each of those would collect garbage that ends with it.
  GOGC=400 setsid nohup dockerd --config-file "$RIG_STATE/daemon.json" --label "$RIG_LABEL" \
    --data-root "$RIG_STATE/docker" --exec-root "$RIG_RUN/exec" --pidfile "$RIG_RUN/docker.pid" \
    --host "unix://$ENGINE_SOCKET" --mtu "$((mtu > 1500 ? 1500 : mtu))" </dev/null >"$log" 2>&1 &
  pid=$!
  deadline=$((SECONDS + 60))
  until engine_version >/dev/null; do
    if [[ ! -d /proc/$pid ]]; then
      tail -n 15 "$log"
      die "dockerd ended right after its start." "Its output: $log"
    fi
    [[ $SECONDS -lt $deadline ]] || die "dockerd runs, and did not answer on $ENGINE_SOCKET within 60 s." "Its output: $log"
    sleep 0.05
  done
}
