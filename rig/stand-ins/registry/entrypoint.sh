#!/bin/sh
# A configuration file is served; flags and subcommands go to the registry program.
set -eu
case ${1:-} in
  *.yml | *.yaml) set -- registry serve "$@" ;;
  -* | serve | garbage-collect | help) set -- registry "$@" ;;
esac
exec "$@"
