#!/usr/bin/env bash
# `make powercut`: records a loaded switch and cuts the power at MOMENTS moments of what it wrote.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python3 tests/powercut/powercut.py --moments "${MOMENTS:-5000}" --switch build/release/bin/cpswitch \
  --config config/demo.conf
