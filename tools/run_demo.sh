#!/usr/bin/env bash
# `make run`: the demo world on a fresh data folder, a day of messages, then the live log until
# Ctrl-C. ONCE=1 ends after the day. PORT_BASE moves the ports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PORT_BASE=${PORT_BASE:-8580}
source tools/demo_switch.sh

start_switch run
grep '^cpswitch ready' "$log"
echo
if ! build/release/bin/cpsim day --config config/demo.conf --port-base "$PORT_BASE"; then
  echo "The day went wrong. The last lines of $log:" >&2
  tail -n 20 "$log" >&2
  exit 1
fi
if [[ -n ${ONCE:-} ]]; then
  exit 0
fi

at=
if [[ $PORT_BASE != 8580 ]]; then
  at=" --port-base $PORT_BASE"
fi
cat << TEXT

The switch stays up. In another terminal, for example:
  build/release/bin/cpctl --data $data stations
  build/release/bin/cpsim terminal --config config/demo.conf$at --station DEMO-AGENT sale --order 10000x2
  build/release/bin/cpsim day --config config/demo.conf$at
Ctrl-C ends it. Its log:

TEXT
trap 'echo; exit 0' INT TERM
tail -n 5 -f --pid="$switch_pid" "$log" &
wait $!
