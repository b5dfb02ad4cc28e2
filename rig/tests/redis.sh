# shellcheck shell=bash
test_redis() {
  service cache redis:8
  eventually beside redis:8 redis-cli -h cache ping
  [[ $(docker exec "$RUN-cache" stat -c %U /proc/1) == redis ]]
  service other redis:8 --port 7000
  eventually beside redis:8 redis-cli -h other -p 7000 ping
}
