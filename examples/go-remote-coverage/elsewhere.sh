#!/bin/sh
# elsewhere.sh up: deploys the covered image and a storage that speaks S3, as something that no run of Seatrial knows; prints their addresses
# as variables. elsewhere.sh stop: ends the program as a platform would. elsewhere.sh down: all of it is gone.
# It needs docker and nothing else. ELSEWHERE keeps several of them apart.
set -eu
cd "$(dirname "$0")"
name=${ELSEWHERE:-parkly-elsewhere}
key=example-key
secret=known-to-this-machine-only
# Docker before 23 builds without it, unless it is asked.
export DOCKER_BUILDKIT=1

# An address of the engine's own machine. What is published there, suites reach and other machines do not.
gateway() { docker network inspect "$name" --format '{{(index .IPAM.Config 0).Gateway}}'; }

# published CONTAINER PORT: the port that the engine chose.
published() { docker port "$1" "$2/tcp" | head -n 1 | sed 's/.*://'; }

deploy_storage() {
  docker run --detach --rm --name "$name-storage" --network "$name" --network-alias storage --publish 127.0.0.1::8080 \
    rclone/rclone:1 serve s3 --addr :8080 --auth-key "$key,$secret" /data >/dev/null
  # Its buckets are folders.
  docker exec "$name-storage" mkdir -p /data/coverage
}

# deploy_program ADDRESS
deploy_program() {
  docker build --quiet --target covered --tag "$name" . >/dev/null
  docker run --detach --name "$name" --network "$name" --publish "$1::8080" --read-only --tmpfs /tmp --env PLACES=2 \
    --env SEATRIAL_COVER_TO=s3://coverage/parkly --env SEATRIAL_COVER_RUN="$name" --env SEATRIAL_COVER_SERVICE=api \
    --env SEATRIAL_COVER_COMMIT="$(git rev-parse HEAD 2>/dev/null || true)" \
    --env AWS_ENDPOINT_URL=http://storage:8080 --env AWS_ACCESS_KEY_ID="$key" --env AWS_SECRET_ACCESS_KEY="$secret" --env AWS_REGION=us-east-1 \
    "$name" >/dev/null
}

case ${1:-} in
  up)
    docker network create "$name" >/dev/null
    # Docker Desktop's engine is a machine of its own; it knows its host by a name.
    case $(docker info --format '{{.OperatingSystem}}') in
      "Docker Desktop") bind=127.0.0.1 host=host.docker.internal ;;
      *) bind=$(gateway) host=$bind ;;
    esac
    deploy_storage
    deploy_program "$bind"
    echo "export PARKLY_URL=http://$host:$(published "$name" 8080)"
    echo "export AWS_ENDPOINT_URL=http://127.0.0.1:$(published "$name-storage" 8080)"
    echo "export AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret AWS_REGION=us-east-1"
    ;;
  stop)
    # Ten seconds from SIGTERM to SIGKILL, as many platforms give.
    docker stop --time 10 "$name" >/dev/null
    docker logs "$name" >&2
    ;;
  down)
    docker rm --force --volumes "$name" "$name-storage" >/dev/null 2>&1 || true
    docker network rm "$name" >/dev/null 2>&1 || true
    docker image rm "$name" >/dev/null 2>&1 || true
    ;;
  *)
    echo "usage: elsewhere.sh up|stop|down" >&2
    exit 2
    ;;
esac
