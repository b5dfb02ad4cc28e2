# shellcheck shell=bash
# A module from outside, C, a commit that git names, and the binary in another image.
test_golang() {
  build <<'END'
FROM golang:1.24 AS build
WORKDIR /src
RUN printf 'package main\n// #include <stdlib.h>\nimport "C"\nimport "github.com/pkg/errors"\nfunc main() { println(C.abs(-7), errors.New("no").Error()) }\n' >main.go && \
    go mod init example.test/a && go get github.com/pkg/errors@v0.9.1 && \
    git init --quiet && git add . && git -c user.name=rig -c user.email=rig@example.test commit --quiet --message all
RUN --mount=type=cache,target=/root/.cache/go-build go build -trimpath -o /out/a . && \
    go version -m /out/a | grep "vcs.revision=$(git rev-parse HEAD)"
FROM debian:13-slim
COPY --from=build /out/a /a
RUN [ "$(/a 2>&1)" = "7 no" ]
END
}
