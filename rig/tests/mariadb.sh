# shellcheck shell=bash
test_mariadb() {
  service maria -e MARIADB_ROOT_PASSWORD="it's \\ \"odd\"" -e MARIADB_DATABASE=or_ders -e MARIADB_USER=app \
    -e MYSQL_PASSWORD=pw -e MARIADB_INITDB_SKIP_TZINFO=1 mariadb:11.8 --datadir=/srv/data
  eventually docker exec "$RUN-maria" healthcheck.sh --connect --innodb_initialized
  beside mariadb:11.8 mariadb -h maria -uapp -ppw or_ders -e 'CREATE TABLE a (x int); INSERT INTO a VALUES (1)'
  beside mariadb:11.8 mariadb -h maria -uroot -p"it's \\ \"odd\"" -e 'SELECT * FROM or_ders.a'
  docker exec "$RUN-maria" test -d /srv/data/or_ders
  if docker exec "$RUN-maria" mariadb -h 127.0.0.1 -uroot -e 'SELECT 1'; then return 1; fi
  if beside mariadb:11.8; then return 1; fi
}
