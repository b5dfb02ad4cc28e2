#!/usr/bin/env bash
# What every commit passes: check.sh [sources | program]... Default: both. `program` needs the built one.
. "$(dirname "$0")/lib.sh"
sources() {
  step "format and lint" node_modules/.bin/biome ci . --error-on-warnings
  step "unused code" node_modules/.bin/knip
  # With the import table and generated files.
  step "unit tests" node_modules/.bin/vitest run --project unit --reporter=default --reporter=json --outputFile.json=.test-results/unit.json
}
program() {
  step "types" node_modules/.bin/tsc -p tsconfig.json
}
step "dependencies" install_dependencies
[ $# -gt 0 ] || set -- sources program
for part in "$@"; do
  case $part in
    sources | program) "$part" ;;
    *) echo "check.sh: there is no part \"$part\": sources, program" >&2 && exit 2 ;;
  esac
done
