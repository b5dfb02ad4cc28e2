# shellcheck shell=bash
# Where the rig keeps its things. One folder below /var/lib survives a reboot, one below /run does not.

RIG_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
RIG_STATE=${SEATRIAL_RIG_STATE:-/var/lib/seatrial-rig}
RIG_RUN=/run/seatrial-rig
RIG_LOGS=$RIG_STATE/logs
RIG_LABEL=seatrial.rig=true
# The Debian release that stand-ins are made from, and that missing CLI plugins are taken from.
RIG_SUITE=trixie

# Daemons live in sbin, which an unprivileged or minimal shell may not have on its PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH RIG_HOME RIG_STATE RIG_RUN RIG_LOGS RIG_LABEL RIG_SUITE

need_root() {
  [[ $EUID -eq 0 ]] || die "$1 needs root." "Run it again with: sudo $0"
}
