#!/usr/bin/env bash
# What every commit passes: format, lint, types, unused code, unit tests with the import table and generated files.
. "$(dirname "$0")/lib.sh"
step "dependencies" install_dependencies
step "format and lint" npx biome ci . --diagnostic-level=error
step "types" npx tsc -p tsconfig.json
step "unused code" npx knip
step "unit tests" npx vitest run --project unit --reporter=default --reporter=json --outputFile.json=.test-results/unit.json
