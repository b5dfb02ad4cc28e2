# shellcheck shell=bash
# A package with an install script, a command for everybody, the unprivileged user, and a package compiled from source.
test_node() {
  build <<'END'
FROM node:20-slim
WORKDIR /app
RUN npm init -y && npm install esbuild && npx esbuild --version && npm install -g semver && semver 1.2.3 && chown -R node:node .
USER node
RUN node -e 'require("esbuild")' && npm --version
END
  there node:20 || return 0
  build <<'END'
FROM node:20 AS build
WORKDIR /app
RUN npm init -y && npm install bufferutil --build-from-source
FROM node:20-slim
COPY --from=build /app /app
RUN cd /app && node -e 'require("bufferutil")'
END
}
