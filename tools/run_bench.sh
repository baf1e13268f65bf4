#!/usr/bin/env bash
# `make bench`: codec alone, then the whole switch over loopback: closed loop with 1, 8 and 64
# connections, open loop at a fixed rate, and purchases at that rate with and without a check of the
# books beside them. SECONDS_EACH and RATE change the runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PORT_BASE=${PORT_BASE:-8580}
seconds=${SECONDS_EACH:-20}
rate=${RATE:-5000}
source tools/demo_switch.sh

echo "== $(nproc) cores, $(uname -sr), $(df --output=fstype build | tail -n 1) on build/"
if [[ -x build/release/bin/codec_bench ]]; then
  build/release/bin/codec_bench --benchmark_counters_tabular=true
fi
start_switch bench
bench=(build/release/bin/cpbench --config config/demo.conf --port-base "$PORT_BASE"
       --seconds "$seconds")
for connections in 1 8 64; do
  echo
  "${bench[@]}" --connections "$connections"
done
echo
"${bench[@]}" --connections 64 --in-flight 4 --rate "$rate"

purchases() {
  "${bench[@]}" --connections 64 --rate "$rate" --mix purchase=1 | grep '^purchase'
}
echo
echo "purchases alone, then while cpctl check looks again and again; three times"
for ((run = 0; run < 3; ++run)); do
  purchases
  while build/release/bin/cpctl --data "$data" check > /dev/null 2>&1; do :; done &
  checks=$!
  purchases
  kill "$checks"
  wait "$checks" 2> /dev/null || true
done
