# shellcheck shell=bash
test_rabbitmq() {
  service queue -e RABBITMQ_DEFAULT_USER=app -e RABBITMQ_DEFAULT_PASS=secret rabbitmq:4
  eventually listens queue 5672
  docker exec "$RUN-queue" rabbitmqctl authenticate_user app secret
  [[ $(docker exec "$RUN-queue" stat -c %U /proc/1) == rabbitmq ]]
}
