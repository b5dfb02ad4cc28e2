# shellcheck shell=bash
# Login and push, with the engine on the same machine: its loopback addresses count as trusted.
test_registry() {
  local address
  mkdir -p "$RIG_STATE/test"
  # The user "ci" with the password "secret".
  # shellcheck disable=SC2016 # a hash, no variables
  printf 'ci:%s\n' '$2a$05$f.wsvAQmHSEbCeyiRGXHcuYPzZ9BMM1lidGXCW.iTWEcDyapsOZw.' >"$RIG_STATE/test/htpasswd"
  docker create --label "$RUN" --name "$RUN-registry" --publish 127.0.0.1::5000 -e REGISTRY_AUTH=htpasswd \
    -e REGISTRY_AUTH_HTPASSWD_REALM=rig -e REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd registry:2
  docker cp "$RIG_STATE/test/htpasswd" "$RUN-registry:/htpasswd"
  docker start "$RUN-registry"
  address=$(docker port "$RUN-registry" 5000)
  export DOCKER_CONFIG=$RIG_STATE/test/client
  eventually log_in "$address"
  tar --create --directory "$RIG_STATE/test" htpasswd | docker import - "$address/a:1"
  docker push "$address/a:1"
  docker image rm "$address/a:1"
  docker pull "$address/a:1"
  docker image rm "$address/a:1"
  docker logout "$address"
  if docker push "$address/a:1"; then return 1; fi
}

# Each time with an input of its own.
log_in() { docker login --username ci --password-stdin "$1" <<<secret; }
