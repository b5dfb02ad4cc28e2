# shellcheck shell=bash
# A package with an install script, one compiled from source, and the unprivileged user.
test_node() {
  build <<'END'
FROM node:20 AS build
WORKDIR /app
RUN npm init -y && npm install esbuild bufferutil --build-from-source && npx esbuild --version && npm install -g semver && semver 1.2.3
FROM node:20-slim
COPY --from=build --chown=node:node /app /app
USER node
RUN cd /app && node -e 'require("bufferutil")' && npm --version
END
}
