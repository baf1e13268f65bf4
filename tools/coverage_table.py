#!/usr/bin/env python3
"""Prints gcovr's summary as a table by folder.

    coverage_table.py SUMMARY.json
"""

import collections
import json
import sys


def main():
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])
    with open(sys.argv[1], encoding="utf-8") as file:
        files = json.load(file)["files"]
    for one in files:
        counts = [one[key] for key in ("line_covered", "line_total", "branch_covered", "branch_total")]
        for name in (one["filename"].split("/")[0] + "/", "all"):
            sums[name] = [a + b for a, b in zip(sums[name], counts)]
    print(f"{'folder':10} {'lines':>7} {'%':>6} {'branches':>9} {'%':>6}")
    for name in sorted(set(sums) - {"all"}) + ["all"]:
        lines, all_lines, branches, all_branches = sums[name]
        print(f"{name:10} {all_lines:7} {100 * lines / max(1, all_lines):6.1f} "
              f"{all_branches:9} {100 * branches / max(1, all_branches):6.1f}")


if __name__ == "__main__":
    main()
