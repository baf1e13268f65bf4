#!/usr/bin/env bash
# `make crash`: kills a loaded switch again and again and compares its books with what was answered.
# ROUNDS says how often.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python3 tests/crash/crash.py --rounds "${ROUNDS:-20}" --switch build/release/bin/cpswitch \
  --config config/demo.conf
