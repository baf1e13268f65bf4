#!/usr/bin/env bash
# run_tidy.sh: clang-tidy over what the switch and its tools are made of, a folder at a time, in the
#   unity files of the dev build; a few minutes, a part of `make test`.
# run_tidy.sh all: `make tidy`: over every file for itself, tests too, with the static analyzer, which looks at
#   no file that is included; about an hour.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=build/dev
folders='(build/dev/)?(base|codec|crypto|ledger|handlers|config|switch|tools)'
unity=ON
if [[ ${1:-} == all ]]; then
  build=build/tidy
  folders='[a-z]+'
  unity=OFF
fi
mkdir -p "$build"
if ! cmake --preset dev -B "$build" -DCMAKE_UNITY_BUILD="$unity" > "$build/tidy.log" 2>&1; then
  cat "$build/tidy.log"
  exit 1
fi
if run-clang-tidy-14 -p "$build" -j "${JOBS:-$(nproc)}" -quiet "^$PWD/$folders/" \
    > "$build/tidy.log" 2>&1; then
  echo "clang-tidy found nothing"
else
  sed 's/\x1b\[[0-9;]*m//g' "$build/tidy.log" | grep -A 4 -E '(error|warning): ' || tail -n 40 "$build/tidy.log"
  exit 1
fi
