#!/usr/bin/env python3
"""Days of messages one after the other: does anything grow that should not?

  make endurance [ENDURANCE="--messages 30000000 --days 10 --data DIR"]
  bench/endurance.py [--messages 30000000] [--days 10] [--cards 1000000] [--data DIR]

Half purchases, half verifies, as fast as answers come, on the same data. A day begins with a start
of the switch, its clock a day further: what is remembered for a week is purged on the last days.
Within a day memory is looked at once a second; the rest at its end. Prints a table, a sample a day,
with slopes, and ends with `cpctl check`.
"""

import json
import pathlib
import statistics

from measured import command, programs, targets
from measured.steps import Bench, MemoryWatch, settle_and_end

MIX = "purchase=1,verify=1"
MEGABYTE = 1e6


def parse():
    parser = command.parser(__doc__)
    add = parser.add_argument
    add("--messages", type=int, default=30_000_000, help="in all days, at least")
    add("--days", type=int, default=10)
    add("--cards", type=int, default=1_000_000)
    add("--piece", type=float, default=20, help="seconds of one load; a day has as many as it takes")
    add("--results", default="build/endurance/results.json")
    command.add_places(add, ("build/endurance", "takes about 0.4 kB a message; made anew"))
    parser.set_defaults(bench_cores="")
    options = parser.parse_args()
    # What Bench and its programs want to know.
    options.warmup, options.seconds = 2, options.piece
    return options


def slope(values):
    """A day, of the straight line nearest to the values."""
    return statistics.linear_regression(range(len(values)), values).slope if len(values) > 1 else 0


def kept_memory(samples):
    """Own memory of the second half of a day: the median, and its slope a minute."""
    own = [sample["RssAnon"] * 1024 / MEGABYTE for sample in samples[len(samples) // 2:]]
    return statistics.median(own), 60 * slope(own)


def one_day(bench, day, wanted):
    switch = bench.start_switch(f"clock.offset=+{day}d")
    sample = {"day": day, "messages": 0, "purchases": 0, "seconds": 0, "p50_us": [], "p99_us": []}
    try:
        memory = MemoryWatch(switch)
        try:
            while sample["messages"] < wanted:
                load = {"mix": MIX, "seconds": bench.options.piece, "clock-offset-days": day}
                report = programs.run_bench(bench.options, bench.folder, load)
                sample["messages"] += report["all"]["requests"]
                sample["purchases"] += report["purchase"]["requests"]
                sample["seconds"] += bench.options.piece
                for name in ("p50_us", "p99_us"):
                    sample[name].append(report["purchase"][name])
        finally:
            samples = memory.end()
        status = switch.status()
    except BaseException:
        switch.end()
        raise
    settle_and_end(switch)
    own_mb, own_a_minute = kept_memory(samples)
    sample.update(
        own_mb=own_mb, own_mb_a_minute=own_a_minute,
        resident_mb=max(s["VmRSS"] for s in samples) * 1024 / MEGABYTE,
        data_mb=status["store.data bytes"] / MEGABYTE,
        journal_mb=status["store.journal bytes"] / MEGABYTE, start_s=switch.ready_s,
        log_mb=(bench.folder / "messages.log").stat().st_size / MEGABYTE)
    for name in ("p50_us", "p99_us"):
        sample[name] = statistics.median(sample[name])
    return sample


COLUMNS = (("messages", "messages"), ("per_second", "a second"), ("p50_us", "p50, µs"),
           ("p99_us", "p99, µs"), ("own_mb", "own memory, MB"), ("own_mb_a_minute", "… a minute"),
           ("resident_mb", "resident, MB"), ("data_mb", "data file, MB"),
           ("journal_mb", "journal, MB"), ("start_s", "start, s"))


def table(samples):
    rows = [{**sample, "per_second": sample["messages"] / sample["seconds"]} for sample in samples]
    lines = ["| day | " + " | ".join(words for _, words in COLUMNS) + " |",
             "|---|" + "---|" * len(COLUMNS)]
    for row in rows:
        cells = [targets.figure(row[name]) for name, _ in COLUMNS]
        lines.append(f"| {row['day'] + 1} | {' | '.join(cells)} |")
    slopes = [targets.figure(slope([row[name] for row in rows])) for name, _ in COLUMNS]
    return "\n".join([*lines, f"| slope a day | {' | '.join(slopes)} |"])


def main():
    options = parse()
    bench = Bench(options)
    print(f"making {options.cards:,} cards, unless they are there", flush=True)
    bench.make_cards()
    bench.begin_run()
    samples = []
    for day in range(options.days):
        samples.append(one_day(bench, day, options.messages // options.days + 1))
        pathlib.Path(options.results).write_text(json.dumps(samples, indent=1) + "\n")
        print(f"day {day + 1} of {options.days}: {sum(s['messages'] for s in samples):,} messages "
              f"in all, data file {samples[-1]['data_mb']:,.0f} MB, own memory "
              f"{samples[-1]['own_mb']:.0f} MB", flush=True)
    check = bench.check_books()
    print(f"\n{table(samples)}\n\nthe books are {'right' if check['right'] else 'WRONG'}: "
          f"{' '.join(check['said'])}")
    return 0 if check["right"] else 1


if __name__ == "__main__":
    command.run(main)
