# shellcheck shell=bash
# Over the network nothing answers before a slow set-up script is through, and then everything is there.
test_postgres() {
  docker create --label "$RUN" --name "$RUN-db" --network "$RUN" --network-alias db \
    -e POSTGRES_USER=app -e POSTGRES_PASSWORD=secret -e POSTGRES_DB=orders postgres:17 -c fsync=off
  tar --create --directory "$RIG_HOME/tests/initdb" . | docker cp - "$RUN-db:/docker-entrypoint-initdb.d"
  docker start "$RUN-db"
  [[ $(beside -e PGPASSWORD=secret postgres:17 timeout 60 \
    bash -c "until psql -h db -U app orders -Atc 'SELECT count(*) FROM parts'; do sleep 0.3; done") == 3 ]]
  if beside -e PGPASSWORD=wrong postgres:17 psql -h db -U app orders -c 'SELECT 1'; then return 1; fi
  [[ $(docker exec "$RUN-db" cat /proc/1/comm) == postgres ]]
  docker restart "$RUN-db"
  eventually docker exec "$RUN-db" pg_isready -h 127.0.0.1
  docker logs "$RUN-db" | grep 'Skipping initialization'

  if beside postgres:17; then return 1; fi
  service elsewhere --user 1234 -e PGDATA=/tmp/data -e POSTGRES_HOST_AUTH_METHOD=trust postgres:17
  eventually beside postgres:17 psql -h elsewhere -U postgres -c 'SELECT 1'
}
