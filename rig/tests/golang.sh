# shellcheck shell=bash
# A module from outside, cgo, coverage, and the binary in another image.
test_golang() {
  build <<'END'
FROM golang:1.24 AS build
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache/go-build printf 'module example.test/a\ngo 1.24\nrequire github.com/redis/go-redis/v9 v9.7.0\n' >go.mod && \
    printf 'package main\nimport (\n"C"\n"github.com/redis/go-redis/v9"\n)\nfunc main() { println(redis.Nil.Error()) }\n' >main.go && \
    go mod tidy && go mod download && go build -trimpath -cover -o /out/a .
FROM debian:13-slim
COPY --from=build /out/a /a
RUN mkdir /coverage && GOCOVERDIR=/coverage /a && ls /coverage/covcounters.*
END
}
