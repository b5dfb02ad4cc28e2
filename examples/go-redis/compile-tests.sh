#!/bin/sh
# Compiles every package's tests into one binary each, below $1/unit and $1/integration. Folders mirror package paths, since two
# packages may have the same name. The tag keeps the suites apart: unit tests exclude it, integration tests ask for it. Each binary counts
# what it reaches of all packages.
# Vetting belongs where the source is checked: here it would be done again for each image.
set -eu
out=$1
module=$(go list -m)
for suite in unit integration; do
  tags=
  [ "$suite" = integration ] && tags=integration
  go list -tags "$tags" -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... | while read -r package; do
    folder=$out/$suite/${package#"$module"/}
    mkdir -p "$folder"
    go test -c -vet=off -cover -coverpkg=./... -trimpath -tags "$tags" -ldflags "-s -w" -o "$folder/$(basename "$package").test" "$package"
  done
done
