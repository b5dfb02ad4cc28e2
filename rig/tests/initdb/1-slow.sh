#!/bin/sh
set -eu
sleep 5
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command 'CREATE TABLE parts (way text)'
