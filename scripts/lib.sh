# Shared by the scripts behind the Makefile: where the repository is, and steps that say how long they took.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# step NAME COMMAND...: runs it, and says what it was and how long it took, also when it fails. Inside of a step the shell does not
# stop at failing commands by itself: functions that are steps say so with && or return.
step() {
  local name=$1 start code=0
  shift
  start=$(date +%s.%N)
  echo "▸ $name"
  "$@" || code=$?
  printf '  %s: %s after %.1f s\n' "$name" "$([ "$code" = 0 ] && echo done || echo "failed ($code)")" \
    "$(echo "$(date +%s.%N) - $start" | bc 2>/dev/null || awk -v a="$(date +%s.%N)" -v b="$start" 'BEGIN{print a-b}')"
  return "$code"
}

# Installs the dependencies that the lock file names, when they are not there yet.
install_dependencies() {
  local stamp=node_modules/.seatrial-lock
  if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then return; fi
  npm ci --no-audit --no-fund --no-update-notifier --loglevel=error && cp package-lock.json "$stamp"
}

# build_program [--all]: with the agent of this machine's platform, or of each.
build_program() {
  node scripts/build.mjs "$@" || return
  # npm links a package's program only if it is there at installation; here it is built afterwards.
  mkdir -p node_modules/.bin
  ln -sfn ../../packages/seatrial/dist/main.js node_modules/.bin/seatrial
}

# beside NAME COMMAND...: begins a step whose output waits until it is asked for; `await NAME` prints it and fails as the step did.
declare -A beside_jobs=() beside_logs=()
beside() {
  local name=$1
  beside_logs[$name]=$(mktemp)
  echo "▸ $name (beside what follows)"
  # Whoever ends early ends it too. Where nothing is left, kill fails, and would fail the script.
  trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
  step "$@" >"${beside_logs[$name]}" 2>&1 &
  beside_jobs[$name]=$!
}
await() {
  local code=0
  wait "${beside_jobs[$1]}" || code=$?
  cat "${beside_logs[$1]}"
  rm -f "${beside_logs[$1]}"
  return "$code"
}
