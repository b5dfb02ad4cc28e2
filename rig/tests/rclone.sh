# shellcheck shell=bash
# Serves a folder over S3, signed with the key that it was told, and is its own client.
test_rclone() {
  service objects rclone/rclone:1 serve s3 --addr :8080 --auth-key rig,secret /data
  eventually s3 rig mkdir s3:bucket
  docker exec "$RUN-objects" sh -c 'echo hello >/tmp/file'
  docker exec "$RUN-objects" cat /tmp/file | s3_in rig rcat s3:bucket/folder/file
  [[ $(s3 rig cat s3:bucket/folder/file) == hello ]]
  if s3 nobody lsd s3:; then return 1; fi
}

# s3 KEY ARGUMENT...: rclone as a client from another container, with that access key.
s3() { s3_in "$@" </dev/null; }

s3_in() {
  local key=$1
  shift
  beside --interactive -e RCLONE_CONFIG_S3_TYPE=s3 -e RCLONE_CONFIG_S3_PROVIDER=Rclone \
    -e RCLONE_CONFIG_S3_ENDPOINT=http://objects:8080 -e RCLONE_CONFIG_S3_FORCE_PATH_STYLE=true \
    -e RCLONE_CONFIG_S3_ACCESS_KEY_ID="$key" -e RCLONE_CONFIG_S3_SECRET_ACCESS_KEY=secret \
    rclone/rclone:1 --quiet --retries 1 "$@"
}
