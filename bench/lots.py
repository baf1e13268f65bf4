#!/usr/bin/env python3
"""What a lot of cards costs the purchases beside it: their p99 with and without it, in turns.

  bench/lots.py [--turns 4] [--rate 2000] [--count 100000] [--data DIR]

A turn is purchases without a lot, with one, with one, without one, each on an open loop; the lot
begins with the counted seconds. Needs cpswitch, cpctl and cpbench in build/release. Ends with 1
when a lot took ten seconds or more, or the medians' ratio is over 1.5. Nothing else should run there.
"""

import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

from measured import programs

LOT_WITHIN_S, WANTED = 10, 1.5
PORT_BASE = 8580


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add("--turns", type=int, default=4)
    add("--seconds", type=int, default=10, help="of each load")
    add("--warmup", type=int, default=2)
    add("--rate", type=int, default=2_000)
    add("--cards", type=int, default=10_000)
    add("--count", type=int, default=100_000, help="cards of a lot")
    add("--data", default="build/lots", help="on the disk to measure; begun anew")
    add("--port-base", type=int, default=int(os.environ.get("PORT_BASE", PORT_BASE)))
    add("--bench-cores", default=programs.quiet_core(), help="of cpbench; '' for any")
    add("--switch-cores", default="", help="'' (default): any")
    return parser.parse_args()


def make_lot(options, switch):
    """Seconds from the command to its end."""
    begun = time.monotonic()
    subprocess.run([programs.BIN / "cpctl", "--data", switch.data, "lot", "create", "--face",
                    "10000", "--count", str(options.count)], check=True, capture_output=True)
    return time.monotonic() - begun


def load(options, folder):
    report = programs.run_bench(options, folder, {
        "rate": options.rate, "seconds": options.seconds, "mix": "purchase=1", "amount": 1})
    return report["purchase"]


def load_beside_a_lot(options, folder, switch, seconds):
    def lot():
        time.sleep(options.warmup)
        seconds.append(make_lot(options, switch))

    maker = threading.Thread(target=lot)
    maker.start()
    try:
        return load(options, folder)
    finally:
        maker.join()


def main():
    options = parse()
    folder = pathlib.Path(options.data)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    without, beside, seconds = [], [], []
    switch = programs.Switch(options, folder)
    try:
        load(options, folder)  # makes the cards; and a window to apply, as the others have
        for _ in range(options.turns):
            without.append(load(options, folder))
            beside.append(load_beside_a_lot(options, folder, switch, seconds))
            beside.append(load_beside_a_lot(options, folder, switch, seconds))
            without.append(load(options, folder))
            p99 = [f"{run['p99_us']:,}" for run in without[-2:] + beside[-2:]]
            print(f"p99 without {p99[0]} and {p99[1]} us, with {p99[2]} and {p99[3]} us",
                  file=sys.stderr, flush=True)
        alone = make_lot(options, switch)
    finally:
        switch.end()
    p50, p99 = ([statistics.median(run[name] for run in runs) for runs in (without, beside)]
                for name in ("p50_us", "p99_us"))
    ratio = p99[1] / p99[0]
    print(f"{options.rate:,} purchases/s, {len(beside)} lots of {options.count:,} cards: longest "
          f"{max(seconds):.1f} s, alone {alone:.1f} s; p50 {p50[0]:,.0f} and {p50[1]:,.0f} us; "
          f"p99 {p99[0]:,.0f} and {p99[1]:,.0f} us: {ratio:.2f} times")
    return 0 if max(seconds) < LOT_WITHIN_S and ratio <= WANTED else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it started ends with it
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"lots: {error}")
