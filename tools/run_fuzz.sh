#!/usr/bin/env bash
# `make fuzz`: run_fuzz.sh SECONDS: every fuzz target for so long, JOBS at a time, then as long a storm
# of hostile connections over TCP.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=$1
failed=0
python3 fuzz/run.py --seconds "$seconds" --jobs "${JOBS:-$(nproc)}" || failed=1
python3 tests/hostile/hostile.py --switch build/dev/bin/cpswitch --slow \
  --seconds "$seconds" || failed=1
exit "$failed"
