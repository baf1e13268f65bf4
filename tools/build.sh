#!/usr/bin/env bash
# build.sh PRESET [TARGET ...]: configures the preset where it is not, and builds all or the targets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=$1
shift
targets=()
if [[ $# -gt 0 ]]; then
  targets=(--target "$@")
fi
mkdir -p "build/$preset"
if ! cmake --preset "$preset" > "build/$preset/configure.log" 2>&1; then
  cat "build/$preset/configure.log"
  exit 1
fi
cmake --build --preset "$preset" -j "${JOBS:-$(nproc)}" "${targets[@]}"
