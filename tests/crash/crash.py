#!/usr/bin/env python3
"""The crash test: the real switch is killed in full work, again and again, and nothing may be lost.

    crash.py --switch build/release/bin/cpswitch --config config/demo.conf [--rounds 20] [--seed N]

A round: load on several connections until over a thousand messages are answered and some are not,
SIGKILL, perhaps more of them while it recovers, then every message of the round once more. What was
answered is answered the same again; what was not, once; balances, prefunds, wrong-password counts
and `cpctl check` agree with the answers. The last line says `N passed, M failed`, counted in
rounds; the exit status is 0 when none failed.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
import process  # noqa: E402
import rounds  # noqa: E402
from arguments import SwitchArguments  # noqa: E402

SHARED_MEMORY = "/dev/shm"
_folders = set()  # to be removed however this ends


def file_system_of(path):
    """The type of the file system that a path is on, as `ext4` or `tmpfs`."""
    path, best, kind = os.path.realpath(path), "", "unknown"
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, where, its_kind = line.split(" ")[:3]
            inside = where == "/" or path == where or path.startswith(where + "/")
            if inside and len(where) >= len(best):
                best, kind = where, its_kind
    return kind


def disk_folder(wanted):
    """A folder that is on a disk and not in memory."""
    candidates = [wanted] if wanted else [os.environ.get("TMPDIR", "/tmp"), "/var/tmp", os.getcwd()]
    for folder in candidates:
        if os.path.isdir(folder) and os.access(folder, os.W_OK) \
                and (wanted or file_system_of(folder) not in ("tmpfs", "ramfs")):
            return folder
    sys.exit("crash: no folder on a disk was found; name one with --disk")


def end_all():
    """Processes and folders."""
    process.end_all()
    for folder in list(_folders):
        shutil.rmtree(folder, ignore_errors=True)


def stop_all(number, frame):
    end_all()
    print("interrupted", flush=True)
    os._exit(1)


def read_arguments():
    parser = SwitchArguments(__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--messages", type=int, default=1000,
                        help="answered messages before the kill, at least")
    parser.add_argument("--disk", help="a folder on a disk for the data; default: $TMPDIR or /tmp")
    parser.add_argument("--stop-at-failure", action="store_true", help="no more rounds after one")
    parser.add_argument("--discard", action="store_true", help="keep no data after a failure")
    parser.add_argument("--impatient", action="store_true", help=argparse.SUPPRESS)
    return parser.read()


class Worlds:
    """Which data folder a round works on: a new one, or one with rounds behind it."""

    def __init__(self, arguments, limits, rng):
        self.arguments, self.limits, self.rng = arguments, limits, rng
        self.disk = disk_folder(arguments.disk)
        self.memory = os.path.isdir(SHARED_MEMORY) and os.access(SHARED_MEMORY, os.W_OK)
        self.world, self.made = None, 0

    def next(self):
        if self.world is None or self.world.rounds >= self.life or self.world.is_old():
            self.drop()
            in_memory = self.memory and self.made % 3 == 1
            self.world = rounds.World(self.arguments, SHARED_MEMORY if in_memory else self.disk,
                                      "memory" if in_memory else "disk", self.limits)
            _folders.add(self.world.folder)
            self.life = self.rng.randint(1, 5)
            self.made += 1
        return self.world

    def drop(self):
        if self.world is not None:
            self.world.remove()
            _folders.discard(self.world.folder)
            self.world = None

    def keep(self, problems):
        folder = self.world.keep(problems)
        _folders.discard(folder)
        self.world = None
        return folder


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, stop_all)
    signal.signal(signal.SIGINT, stop_all)
    limits = process.Limits(arguments.slow, arguments.impatient)
    rng = random.Random(arguments.seed)
    worlds = Worlds(arguments, limits, rng)
    print(f"seed {arguments.seed}, data in {worlds.disk}"
          + (f" and {SHARED_MEMORY}" if worlds.memory else ""), flush=True)
    passed = failed = 0
    for number in range(arguments.rounds):
        world, begin = worlds.next(), time.monotonic()
        one = rounds.Round(number, random.Random(rng.getrandbits(64)), world, arguments, limits)
        try:
            one.play()
        except rounds.RoundFailed as failure:
            failed += 1
            line = one.line()
            folder = worlds.keep(failure.problems)
            print(f"round {number + 1} FAILED (seed {arguments.seed}): {line}")
            for problem in failure.problems[:rounds.MOST_PROBLEMS]:
                print(f"  {problem}")
            if len(failure.problems) > rounds.MOST_PROBLEMS:
                print(f"  and {len(failure.problems) - rounds.MOST_PROBLEMS} more")
            if arguments.discard:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                print(f"  kept: {folder} (data, output, story.txt)", flush=True)
            if arguments.stop_at_failure:
                break
            continue
        passed += 1
        print(f"round {number + 1}: {one.line()}, {time.monotonic() - begin:.1f} s", flush=True)
    worlds.drop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        process.end_all()
