# shellcheck shell=bash
test_rabbitmq() {
  service queue -e RABBITMQ_DEFAULT_USER=app -e RABBITMQ_DEFAULT_PASS=secret rabbitmq:4
  eventually docker exec "$RUN-queue" rabbitmq-diagnostics -q check_port_connectivity
  docker exec "$RUN-queue" rabbitmqctl authenticate_user app secret
  docker exec "$RUN-queue" rabbitmq-plugins enable rabbitmq_management
  [[ $(docker exec "$RUN-queue" stat -c %U /proc/1) == rabbitmq ]]
}
