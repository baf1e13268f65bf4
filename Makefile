# What a newcomer types. Everything is built under build/; nothing is installed but Debian packages
# that are missing (make deps says which).
#
#   make run         the demo world on a fresh data folder, a day of messages, then its live log
#   make test        all tests with sanitizers, thread-sanitized ones again; under 25 minutes
#   make bench       latency and throughput on this machine
#   make measure     all figures of docs/performance.md, beside PostgreSQL and Redis; an hour
#   make endurance   30 million messages over ten days of the switch's clock: what grows?
#   make neighbours  what one station's bad behaviour costs the others; ten minutes
#   make crash       kill -9 again and again, and count: make crash ROUNDS=100
#   make fuzz        made-up input for codec and session, then for the running switch: make fuzz MINUTES=10
#   make coverage    which lines and branches the unit tests execute
#   make tidy        clang-tidy with its static analyzer over every file for itself; an hour
#   make powercut    the power is cut, at MOMENTS=5000 moments, and what is left is examined
#   make test-long   the same, then the model with SEEDS=200000 seeds, ROUNDS crashes, MOMENTS cuts
#   make deb         a Debian package of the release build, in build/release/packages
#   make clean       removes build/
#
# MEASURE="--quick" and other words go to bench/measure.py, those of ENDURANCE to bench/endurance.py.
# PORT_BASE=N moves the demo world's ports, ONCE=1 ends `make run` after the day.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
PORT_BASE ?= 8580
ROUNDS ?= 20
MINUTES ?= 1
SEEDS ?= 200000
MOMENTS ?= 5000
export JOBS PORT_BASE ROUNDS SEEDS MOMENTS ONCE

.PHONY: help deps release run test bench measure endurance neighbours crash powercut fuzz coverage \
  tidy test-long deb clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

deps:
	@cmake/install-deps.sh

release: deps
	@tools/build.sh release

run: deps
	@tools/build.sh release cpswitch cpctl cpsim
	@tools/run_demo.sh

test: deps
	@tools/run_tests.sh

bench: deps
	@tools/build.sh release cpswitch cpctl cpbench codec_bench
	@tools/run_bench.sh

measure: deps
	@bench/peers/install.sh
	@tools/build.sh release cpswitch cpctl cpbench store_bench echo_bench
	@bench/measure.py $(MEASURE)

endurance: deps
	@tools/build.sh release cpswitch cpctl cpbench
	@bench/endurance.py $(ENDURANCE)

neighbours: deps
	@tools/build.sh release cpswitch cpctl cpbench
	@bench/neighbours.py $(NEIGHBOURS)

crash: deps
	@tools/build.sh release cpswitch cpctl
	@tools/run_crash.sh

powercut: deps
	@tools/build.sh release cpswitch cpctl powercut_check powercut_recorder
	@tools/run_powercut.sh

fuzz: deps
	@tools/build.sh fuzz
	@tools/build.sh dev cpswitch cpctl
	@tools/run_fuzz.sh $$((60 * $(MINUTES)))

coverage: deps
	@tools/run_coverage.sh

tidy: deps
	@tools/run_tidy.sh all

test-long: deps
	@tools/run_tests.sh long

deb: deps
	@tools/build.sh release cpswitch cpctl cpsim
	@cpack --config build/release/CPackConfig.cmake -B build/release/packages > build/release/cpack.log || \
	  { cat build/release/cpack.log; exit 1; }
	@ls build/release/packages/*.deb

clean:
	rm -rf build
