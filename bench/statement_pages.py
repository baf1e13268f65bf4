#!/usr/bin/env python3
"""Pages of one card's statement: the first, the five-hundredth and the last, in microseconds.

  bench/statement_pages.py [--entries 10000] [--rounds 500] [--runs 3] [--data DIR]

Needs cpswitch and cpbench in build/release. Ends with 1 when in the median run page 500 or the last
costs more than 1.5 times the first. Nothing else should run there.
"""

import pathlib
import statistics

from measured import command, pages


def parse():
    parser = command.parser(__doc__)
    add = parser.add_argument
    add("--entries", type=int, default=pages.ENTRIES, help="3,000 or more: six to a page")
    add("--rounds", type=int, default=pages.ROUNDS, help="each asks for each page once")
    add("--runs", type=int, default=3)
    command.add_places(add, ("build/statement-pages", "begun anew"))
    options = parser.parse_args()
    if not 6 * pages.LATE_PAGE <= options.entries <= 99_000:
        parser.error("--entries is at least 3,000 and at most 99,000: the card has 100,000 won")
    options.warmup = 0
    return options


def main():
    options = parse()
    runs = []
    for number in range(options.runs):
        runs.append(pages.measure(options, pathlib.Path(options.data), options.entries,
                                  options.rounds))
        print(f"run {number + 1}: {pages.words(runs[-1])}", flush=True)
    ratios = [statistics.median(run[name] for run in runs)
              for name in ("page_500_ratio", "last_page_ratio")]
    well = max(ratios) <= pages.PAGE_LIMIT
    print(f"page {pages.LATE_PAGE} {ratios[0]:.2f} times, the last {ratios[1]:.2f} times the "
          f"first; at most {pages.PAGE_LIMIT}: {'yes' if well else 'no'}")
    return 0 if well else 1


if __name__ == "__main__":
    command.run(main)
