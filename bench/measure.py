#!/usr/bin/env python3
"""Measures everything that docs/performance.md states, in turns, and keeps every raw figure.

  make measure [MEASURE="--runs 3 --data /dev/shm/measure"]
  bench/measure.py [--runs 3] [--seconds 60] [--cards 1000000] [--data DIR] [--quick]
                   [--only STEP ...]

A run is all steps one after the other, then the next run begins. After each step the results are
written, so what was measured before an interruption is kept.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

from measured import command, pages, targets
from measured.steps import Bench, steps_of


def parse():
    parser = command.parser(__doc__)
    add = parser.add_argument
    add("--runs", type=int, default=3)
    add("--seconds", type=int, default=60, help="of an open loop")
    add("--saturated", type=int, default=30, help="seconds of a saturated run")
    add("--warmup", type=int, default=3, help="seconds before the counting")
    add("--open-warmup", type=int, default=16, help="the same of the switch's open loops: a window")
    add("--cards", type=int, default=1_000_000)
    add("--rate", type=int, default=10_000)
    add("--stretch-rate", type=int, default=40_000)
    add("--in-flight", type=int, default=16, help="at most, on each connection of an open loop")
    add("--results", default="build/measure/results.json")
    command.add_places(add, ("build/measure", "on the disk to measure; kept for the next time"))
    add("--only", nargs="+", metavar="STEP", help="these steps alone")
    add("--quick", action="store_true", help="one short run with few cards, to see that all works")
    options = parser.parse_args()
    if options.quick:
        options.runs, options.seconds, options.saturated, options.warmup = 1, 5, 5, 1
        options.open_warmup = 1
        options.cards, options.rate, options.stretch_rate = min(options.cards, 2_000), 1_000, 2_000
        if options.data == parser.get_default("data"):
            options.data = "build/measure-quick"
        options.results = "build/measure-quick/results.json"
    unknown = set(options.only or []) - set(steps_of(options))
    if unknown:
        parser.error(f"no step {', '.join(sorted(unknown))}; "
                     f"there are {', '.join(steps_of(options))}")
    return options


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def machine(folder):
    processor = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = re.search(r"^MemTotal: *(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.M)
    return {"cores": os.cpu_count(), "cpu": processor[1] if processor else platform.machine(),
            "kernel": platform.release(), "memory_kb": int(memory[1]),
            "file_system": output_of("df", "--output=fstype", folder).splitlines()[-1],
            "load_before": os.getloadavg(),
            "commit": output_of("git", "describe", "--always", "--dirty"),
            "begun": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def summary(figures):
    """The line that is printed when a step is over."""
    kinds = [kind for kind in ("purchase", "verify", "hold", "statement") if kind in figures]
    counted = figures[kinds[0]] if kinds else figures
    words = [f"{words} {counted[name]:,.0f} us" for name, words in targets.LATENCIES
             if name in counted]
    if "completion" in figures:
        words.append(f"its completion p50 {figures['completion']['p50_us']:,} us")
    if "page_1_us" in figures:
        words.append(pages.words(figures))
    if "over_1ms" in counted:
        words.append(f"over 1 ms {100 * counted['over_1ms'] / counted['requests']:.3f} %")
    if "per_second" in counted:
        words.insert(0, f"{counted['per_second']:,.0f}/s")
    if "start_s" in figures:
        words.append(f"start {figures['start_s']} s")
    if "store_begin" in figures:
        for end in ("begin", "end"):
            store = figures["store_" + end]
            words.append(f"\n    {end}: windows {store['windows']}, overlays "
                         f"{store['active_bytes']:,} + {store['frozen_bytes']:,} bytes, journal "
                         f"{store['journal_bytes']:,} bytes")
        memory = figures["memory_kb"]
        words.append(f"\n    resident {memory['VmRSS']:,} kB: own {memory['RssAnon']:,}, mapped "
                     f"{memory['mapped']:,}; CPU {figures['switch_cpu_s']} s")
    return ", ".join(words).replace(", \n", "\n")


def main():
    options = parse()
    bench = Bench(options)
    settings = {name: value for name, value in vars(options).items() if name != "only"}
    results = {"settings": settings, "machine": machine(options.data), "runs": []}
    print(json.dumps(results["machine"]), flush=True)
    print(f"making {options.cards:,} cards, unless they are there", flush=True)
    bench.make_cards()
    file = pathlib.Path(options.results)
    file.parent.mkdir(parents=True, exist_ok=True)
    for number in range(options.runs):
        results["runs"].append({})
        bench.begin_run()
        for name, step in steps_of(options).items():
            if options.only and name not in options.only:
                continue
            figures = step(bench)
            results["runs"][-1][name] = figures
            file.write_text(json.dumps(results, indent=1) + "\n")
            print(f"run {number + 1} {name}: {summary(figures)}", flush=True)
        check = results["runs"][-1]["check"] = bench.check_books()
        file.write_text(json.dumps(results, indent=1) + "\n")
        print(f"run {number + 1}: the switch's books are {'right' if check['right'] else 'WRONG'}")
    print("\n" + targets.tables(targets.Results(results)))
    return 0 if all(run["check"]["right"] for run in results["runs"]) else 1


if __name__ == "__main__":
    command.run(main)
