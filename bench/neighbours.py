#!/usr/bin/env python3
"""Does one station's bad behaviour cost the others latency? p99 with and without it, in turns.

  make neighbours [NEIGHBOURS="--rounds 5"]
  bench/neighbours.py [--rounds 3] [--seconds 10] [--rate 2000] [--data DIR] [--only NAME ...]

For each disturbance: purchases of DEMO-POS on an open loop, undisturbed, then with the
disturbance coming from DEMO-BANG, within the same minute, again and again; and between the two with
the same disturbance coming to a second switch, which shows what it costs to have it on the same
machine. The ratio of each round is printed, and their median. Nothing else should run there.
"""

import copy
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

from measured import command, programs
from measured.disturbances import DISTURBANCES

WANTED = 1.5
FULL_LOAD = "one_station_all_it_may"
BANG_PORT = 4  # after the first one
OTHER_PORTS = 100  # further up: those of the second switch
SETTLED_S = 1  # after a disturbance began or ended


def parse():
    parser = command.parser(__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=3)
    add("--seconds", type=int, default=10, help="of each load")
    add("--warmup", type=int, default=1)
    add("--rate", type=int, default=2_000)
    add("--cards", type=int, default=1_000)
    command.add_places(add, ("build/neighbours", "on the disk to measure; begun anew"))
    add("--only", nargs="+", metavar="NAME", choices=[*DISTURBANCES, FULL_LOAD])
    return parser.parse_args()


def command_of(name, options, folder):
    """The process that disturbs."""
    if name == FULL_LOAD:
        words = programs.bench_command(
            options, folder, {"station": "DEMO-BANG", "connections": 64, "in-flight": 256,
                              "mix": "purchase=1", "seconds": 600, "warmup": 0})
        return ["nice", "-n", "10", *words[words.index(str(programs.BIN / "cpbench")):]]
    port = options.port_base + BANG_PORT
    return [sys.executable, "-m", "measured.disturbances", name, str(port)]


def load(options, folder):
    report = programs.run_bench(options, folder, {
        "connections": 16, "in-flight": 16, "rate": options.rate, "seconds": options.seconds,
        "mix": "purchase=1"})
    return report["purchase"]


def disturbed_load(name, options, folder, disturbed):
    """The load's latency; `disturbed` are options and folder of the switch that is disturbed."""
    path = str(pathlib.Path(__file__).parent)
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen(command_of(name, *disturbed), stdout=log, stderr=log,
                                   env={**os.environ, "PYTHONPATH": path})
        try:
            time.sleep(SETTLED_S)
            report = load(options, folder)
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended by itself; see {log.name}")
            return report
        finally:
            process.kill()
            process.wait()
            time.sleep(SETTLED_S)


def measure(name, options, folder, other):
    """(undisturbed, beside a disturbed switch, disturbed) of each round."""
    rounds = []
    for _ in range(options.rounds):
        rounds.append((load(options, folder), disturbed_load(name, options, folder, other),
                       disturbed_load(name, options, folder, (options, folder))))
        alone, beside, disturbed = (report["p99_us"] for report in rounds[-1])
        print(f"{name}: p99 {alone:,} us alone, {beside:,} us with another switch disturbed, "
              f"{disturbed:,} us disturbed", file=sys.stderr, flush=True)
    return rounds


def row(name, rounds):
    def medians(quantile):
        return " / ".join(f"{statistics.median(each[which][quantile] for each in rounds):,.0f}"
                          for which in range(3))

    def ratios(which):
        return [each[which]["p99_us"] / each[0]["p99_us"] for each in rounds]

    listed = ", ".join(f"{ratio:.2f}" for ratio in ratios(2))
    middle = statistics.median(ratios(2))
    print(f"| {name.replace('_', ' ')} | {medians('p50_us')} | {medians('p99_us')} | "
          f"{statistics.median(ratios(1)):.2f} | {listed} | {middle:.2f} | "
          f"{'yes' if middle <= WANTED else 'no'} |", flush=True)


def main():
    options = parse()
    folder = pathlib.Path(options.data)
    shutil.rmtree(folder, ignore_errors=True)
    other = copy.copy(options)
    other.port_base += OTHER_PORTS
    places = [(options, folder), (other, folder / "other")]
    switches = []
    try:
        for place in places:
            place[1].mkdir(parents=True)
            switches.append(programs.Switch(*place))
            programs.run_bench(*place, {"seconds": 1, "mix": "verify=1"})  # makes the cards
        print("| disturbance | p50, us: alone / another switch disturbed / disturbed | p99, us | "
              f"p99 ratio, another | p99 ratios | median | at most {WANTED} |\n"
              "|---|---|---|---|---|---|---|", flush=True)
        for name in options.only or [*DISTURBANCES, FULL_LOAD]:
            row(name, measure(name, options, folder, places[1]))
    finally:
        for switch in switches:
            switch.end()


if __name__ == "__main__":
    command.run(main)
