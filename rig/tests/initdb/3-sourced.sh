# shellcheck shell=bash
# Not executable, so the entrypoint reads it into its own shell.
docker_process_sql <<<"INSERT INTO parts VALUES ('sourced');"
gzip --stdout <<<"INSERT INTO parts VALUES ('gzip');" | gunzip | docker_process_sql
