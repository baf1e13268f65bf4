#!/usr/bin/env bash
# `make coverage`, a part of `make test`: what the unit tests execute, as a table by folder and, line by
# line, as build/coverage/html/index.html. A build of its own without sanitizers: with them their checks
# would count as branches that nobody takes. What only the tests of whole programs reach (much of tools/
# and of switch/) is not counted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=build/coverage
folders='(base|codec|crypto|ledger|handlers|config|switch|tools)'
tests=()
for folder in switch ledger codec tools handlers config crypto base; do # the longest first
  tests+=("test_$folder")
done
# Left out: the same lines again and again, for every call or every byte.
exhaustive='StoreCrash.EndedAtEveryFileCallInTurn:Refusal.EveryByte*:*.NoPrefixOfAMessageIsGood/*'
tools/build.sh coverage "${tests[@]}"
find "$build" -name '*.gcda' -delete
mkdir -p "$build/html"
if ! printf '%s\n' "${tests[@]}" |
    xargs -P "$((${JOBS:-$(nproc)} + 1))" -I{} \
      sh -c "$build/bin/{} --gtest_brief=1 --gtest_filter='-$exhaustive' > $build/{}.log 2>&1"; then
  grep -A 4 -h -E 'FAILED|rror:' "$build"/test_*.log
  exit 1
fi
gcovr --root . --filter "$folders/" --exclude-throw-branches --exclude-unreachable-branches \
  --json-summary "$build/summary.json" --html-details "$build/html/index.html" \
  --gcov-ignore-parse-errors "$build" > "$build/gcovr.log" 2>&1 || { cat "$build/gcovr.log"; exit 1; }
python3 tools/coverage_table.py "$build/summary.json" | tee "$build/table.txt"
