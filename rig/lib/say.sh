# shellcheck shell=bash
# Messages, timed steps, background steps.

say() { printf '%s\n' "$*"; }
warn() { printf 'rig: %s\n' "$*" >&2; }

# die WHAT [NEXT]: what failed and where, then the next thing to try.
die() {
  printf 'rig: %s\n' "$1" >&2
  if [[ $# -gt 1 ]]; then printf '     %s\n' "$2" >&2; fi
  exit 1
}

now_ms() { printf '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"; }

took() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step LABEL COMMAND...: runs the command with its output in the log, prints label and duration.
# The command runs outside of any condition, so that `set -e` holds inside it.
step() {
  local label=$1 started log status
  shift
  started=$(now_ms)
  log="$RIG_LOGS/$(tr -cs 'a-zA-Z0-9.\n' '-' <<<"$label").log"
  mkdir -p "$RIG_LOGS"
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  status=$?
  set -e
  if [[ $status -ne 0 ]]; then
    printf '✘ %-34s %s\n' "$label" "$(took "$started")"
    tail -n 15 "$log" | sed 's/^/    /' >&2
    die "\"$label\" failed with exit code $status." "The whole output: $log"
  fi
  printf '✔ %-34s %s\n' "$label" "$(took "$started")"
}

# wait_all PID...: waits for background steps; fails when one of them failed.
wait_all() {
  local pid failed=0
  for pid in "$@"; do wait "$pid" || failed=1; done
  [[ $failed -eq 0 ]] || exit 1
}
