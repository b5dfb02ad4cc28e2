#!/bin/sh
# registry.sh up: a private registry on 127.0.0.1:$REGISTRY_PORT, and a login to it in .registry/docker. Run again, it changes nothing.
# registry.sh down: both are gone, with everything that was released.
# It needs docker and nothing else. REGISTRY_NAME keeps several of them apart.
set -eu
umask 077
cd "$(dirname "$0")"
folder=$PWD/.registry
address=localhost:${REGISTRY_PORT:-5000}

compose() {
  # Its file asks for a value also when nothing is started.
  REGISTRY_HTPASSWD=$(cat "$folder/htpasswd" 2>/dev/null || true) docker compose --file registry.yaml "$@"
}

# The registry takes bcrypt only. Perl is a part of Debian, and so of an image that this project uses anyway.
make_credentials() {
  mkdir -p "$folder"
  # shellcheck disable=SC2016 # Perl's variables
  docker run --rm python:3.13-slim perl -e '
    open my $random, "<", "/dev/urandom" or die; read $random, my $bytes, 46;
    my @letters = ("a".."z", "A".."Z", 0..9, ".", "/");
    my $text = join "", map { $letters[ord($_) % 64] } split //, $bytes;
    my ($password, $salt) = (substr($text, 0, 24), substr($text, 24, 22));
    print "$password\nlendly:", crypt($password, "\$2b\$10\$$salt"), "\n";
  ' >"$folder/new"
  head -n 1 "$folder/new" >"$folder/password"
  tail -n 1 "$folder/new" >"$folder/htpasswd"
  rm "$folder/new"
}

# A docker configuration with a login of its own. What else the user's has, and docker needs, is kept: plugins and contexts.
make_configuration() {
  config=${DOCKER_CONFIG:-$HOME/.docker}
  mkdir -p "$folder/docker"
  for name in cli-plugins contexts; do
    if [ -d "$config/$name" ]; then ln -sfn "$config/$name" "$folder/docker/$name"; fi
  done
  printf '{ "currentContext": "%s" }\n' "$(docker context show)" >"$folder/docker/config.json"
}

# A registry that has just been started does not answer at once.
log_in() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if said=$(docker --config "$folder/docker" login --username lendly --password-stdin "$address" 2>&1 <"$folder/password"); then return; fi
    sleep 0.5
  done
  echo "$said" >&2
  compose logs --tail 5 >&2
  return 1
}

case ${1:-} in
  up)
    if [ ! -s "$folder/htpasswd" ]; then
      make_credentials
      # A registry that runs already would go on with the credentials that are lost.
      compose up --detach --quiet-pull --force-recreate
    else
      compose up --detach --quiet-pull
    fi
    make_configuration
    log_in
    echo "$address, user lendly, password in .registry/password; docker is logged in with DOCKER_CONFIG=$folder/docker"
    ;;
  down)
    compose down --volumes
    rm -rf "$folder"
    ;;
  *)
    echo "usage: registry.sh up|down" >&2
    exit 2
    ;;
esac
