# shellcheck shell=bash
test_nats() {
  service bus nats:2
  eventually nats_says bus 4222 '"jetstream":true' absent
  service stream nats:2 --jetstream --port 5222
  eventually nats_says stream 5222 '"jetstream":true' present
  docker exec "$RUN-bus" /nats-server --version | grep --quiet 'nats-server: v2'
}

# nats_says NAME PORT TEXT present|absent: the server greets whoever connects with what it is.
nats_says() {
  local greeting
  greeting=$(docker exec "$RUN-$1" bash -c "exec 3<>/dev/tcp/127.0.0.1/$2 && head -n 1 <&3") || return 1
  [[ $greeting == INFO* ]] || return 1
  case $4 in
    present) [[ $greeting == *"$3"* ]] ;;
    absent) [[ $greeting != *"$3"* ]] ;;
  esac
}
