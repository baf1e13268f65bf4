#!/usr/bin/env bash
# `make test`: builds and runs
#   dev   all tests, with the address and undefined-behaviour sanitizers
#   tidy  clang-tidy over the sources
#   tsan  what has threads once more, with the thread sanitizer
#   coverage  the unit tests, counted: its table is printed at the end
#   fuzz  each fuzz target for FUZZ_SECONDS (60)
# and ends with all verdicts. `run_tests.sh long` goes on with many more seeds of the model test, in
# the release build, and with the crash and the power-cut test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export JOBS=${JOBS:-$(nproc)}

# The thread sanitizer of g++ 12 does not know address spaces with many random bits; without
# randomness it does. Containers may forbid that, and mostly do not need it.
plain=()
if setarch "$(uname -m)" -R true 2> /dev/null; then
  plain=(setarch "$(uname -m)" -R)
fi

verdicts=()
failed=0

# suite NAME PRESET CTEST-OPTIONS…: runs it and keeps its closing lines. One test more than there are
# processors, as the tests of programs wait half of their time.
suite() {
  local name=$1 preset=$2 output=build/$2/ctest.log
  shift 2
  echo "== $name"
  if "${plain[@]}" ctest --test-dir "build/$preset" -j "$((JOBS + 1))" --output-on-failure "$@" 2>&1 |
      tee "$output"; then
    verdicts+=("$name: $(grep -E 'tests passed' "$output" || echo 'no tests')")
  else
    failed=1
    verdicts+=("$name: $(grep -E 'tests passed' "$output" || echo 'did not run')"
               "$(sed -n '/The following tests FAILED/,$p' "$output")")
  fi
}

threaded='^(ledger|switch)\.'
# One thread each, and minutes under this sanitizer: plain data structures, the journal read and the books
# checked with every byte cut or flipped. The last one has threads, whose order its moments do not depend
# on; StoreCrash.KilledAtRandomMoments… is the one for those.
single='^ledger\.(Overlay|WriteSet|TornTail|Recovery|CheckDamage|CheckAlteration'
single+='|StoreCrash\.EndedAtEveryFileCallInTurn)'
tools/build.sh dev
suite "dev (address and undefined behaviour)" dev
echo "== tidy"
if tools/run_tidy.sh; then
  verdicts+=("tidy: nothing found")
else
  failed=1
  verdicts+=("tidy: something was found; the lines after its headline say what")
fi
tools/build.sh tsan test_ledger test_switch cpswitch
suite "tsan (threads)" tsan -R "$threaded" -E "$single"
echo "== coverage"
if tools/run_coverage.sh; then
  verdicts+=("coverage by the unit tests:" "$(cat build/coverage/table.txt)")
else
  failed=1
  verdicts+=("coverage: did not run; the lines after its headline say why")
fi
tools/build.sh fuzz
echo "== fuzz"
if python3 fuzz/run.py --seconds "${FUZZ_SECONDS:-60}" --jobs "$JOBS"; then
  verdicts+=("fuzz: nothing found")
else
  failed=1
  verdicts+=("fuzz: something was found or did not run; the lines after its table say what to do")
fi
if [[ ${1:-} == long ]]; then
  tools/build.sh release test_simulation cpswitch cpctl powercut_check powercut_recorder
  export CYBERPASS_MODEL_SEEDS=${SEEDS:-200000}
  suite "model, $CYBERPASS_MODEL_SEEDS seeds" release -R '^simulation\.' --timeout 86400
  tools/run_crash.sh || failed=1
  tools/run_powercut.sh || failed=1
fi

echo
printf '%s\n' "${verdicts[@]}"
exit "$failed"
