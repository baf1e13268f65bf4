#!/usr/bin/env python3
"""What a lot of cards costs the purchases beside it: their p99 with and without it, in turns.

  bench/lots.py [--turns 4] [--rate 2000] [--count 100000] [--data DIR]

A turn is purchases without a lot, with one, with one, without one, each on an open loop; the lot
begins with the counted seconds. Needs cpswitch, cpctl and cpbench in build/release. Ends with 1
when a lot took ten seconds or more, or the medians' ratio is over 1.5. Nothing else should run there.
"""

import concurrent.futures
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

from measured import command, programs

LOT_WITHIN_S, WANTED = 10, 1.5


def parse():
    parser = command.parser(__doc__)
    add = parser.add_argument
    add("--turns", type=int, default=4)
    add("--seconds", type=int, default=10, help="of each load")
    add("--warmup", type=int, default=2)
    add("--rate", type=int, default=2_000)
    add("--cards", type=int, default=10_000)
    add("--count", type=int, default=100_000, help="cards of a lot")
    command.add_places(add, ("build/lots", "on the disk to measure; begun anew"))
    return parser.parse_args()


def make_lot(options, switch):
    """Seconds from the command to its end."""
    begun = time.monotonic()
    done = subprocess.run([programs.BIN / "cpctl", "--data", switch.data, "lot", "create", "--face",
                           "10000", "--count", str(options.count)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"cpctl lot create failed: {done.stderr.strip()[-500:]}")
    return time.monotonic() - begun


def load(options, folder):
    report = programs.run_bench(options, folder, {
        "rate": options.rate, "seconds": options.seconds, "mix": "purchase=1", "amount": 1})
    return report["purchase"]


def load_beside_a_lot(options, folder, switch):
    """The purchases' report, and the lot's seconds."""
    def lot():
        time.sleep(options.warmup)
        return make_lot(options, switch)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        made = pool.submit(lot)
        return load(options, folder), made.result()


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
            for _ in range(2):
                report, took = load_beside_a_lot(options, folder, switch)
                beside.append(report)
                seconds.append(took)
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
    command.run(main)
