#!/usr/bin/env python3
"""The power-cut test: what the switch writes is recorded, call by call, and then the power is cut in
the recording, thousands of times, each time losing, reordering and tearing what was not synced.

    powercut.py --switch build/release/bin/cpswitch --config config/demo.conf [--moments 5000]

Every image that a cut leaves is opened as the switch opens its data and compared, entry by entry,
with what the journal had been given; whatever was answered must be there. Some images are started
with the real switch, asked again over the wire, and cut once more while it recovers. The exit status
is 0 when everything was right, 1 when not; a failure says how to repeat it.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "crash"), os.path.join(HERE, "..", "scenarios")]
import crash  # noqa: E402
import images  # noqa: E402
import process  # noqa: E402
import recording  # noqa: E402
from arguments import SwitchArguments  # noqa: E402
from link import Broken  # noqa: E402
from rounds import RoundFailed  # noqa: E402

PHASES = ("first start", "recovery", "apply", "segment", "journal", "serving")
# What the long form must reach; a shorter one its share of it.
WANTED = {"all": 5_000, "apply": 1_000, "recovery": 500, "segment": 250, "first start": 100}
# Of the moments: how many are in recoveries of images, and how many a recovery has.
SHARE_IN_IMAGES, MOMENTS_AN_IMAGE = 0.06, 12
DIRECT_SHARE = 0.75  # of the others; the rest go to a folder without O_DIRECT
# Each is planted once and must be found: a disk that only pretends to sync, an answer too early.
FAULTS = ("journal-write", "data-file-sync", "segment-sync", "folder-sync", "early-answer")
FAULT_MOMENTS = 400


def read_arguments():
    parser = SwitchArguments(__doc__)
    parser.add_argument("--moments", type=int, default=WANTED["all"])
    parser.add_argument("--load", type=float, default=0, metavar="SECONDS",
                        help="of traffic in all; default: 4, and 2 for every 1000 moments")
    parser.add_argument("--disk", help="a folder on a disk for the data; default: $TMPDIR or /tmp")
    parser.add_argument("--no-faults", action="store_true", help="do not prove that it can fail")
    arguments = parser.read(check="powercut_check", recorder="powercut_recorder.so")
    if not arguments.load:
        arguments.load = 4 + arguments.moments / 500
    return arguments


class Test:
    def __init__(self, arguments):
        self.arguments = arguments
        self.rng = random.Random(arguments.seed)
        self.limits = process.Limits(arguments.slow)
        self.folder = tempfile.mkdtemp(prefix="cyberpass-powercut-",
                                       dir=crash.disk_folder(arguments.disk))
        memory = crash.SHARED_MEMORY
        if not (os.path.isdir(memory) and os.access(memory, os.W_OK)):
            memory = self.folder
        self.work = tempfile.mkdtemp(prefix="cyberpass-powercut-", dir=memory)
        self.counts = dict.fromkeys(PHASES, 0)
        self.figures = {"places": 0, "answers": 0, "batches": 0}
        self.images = self.asked = 0
        self.recordings = []

    def record(self, name, direct, seconds):
        """A folder's lives, under load, killed in it, killed while starting, stopped."""
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        made = recording.Recording(self.arguments, self.limits, folder, direct, self.rng.getrandbits(64))
        self.recordings.append(made)
        share = seconds / 4
        made.live(share, "killed")
        made.live(0, "starting")
        made.live(share, "killed")
        made.live(share, "stopped", [recording.LATER])
        made.live(share, "killed", [recording.LATER])
        images.finish(made, self.arguments, self.work)
        print(f"recorded {name}: {len(made.book.requests)} requests, {len(made.known.kinds)} calls, "
              f"{len(made.known.answers)} answers", flush=True)
        return made

    def play(self):
        arguments = self.arguments
        print(f"seed {arguments.seed}, data in {self.folder} and {self.work}", flush=True)
        direct = self.record("direct", True, arguments.load * DIRECT_SHARE)
        cached = self.record("cached", False, arguments.load * (1 - DIRECT_SHARE))
        in_images = int(arguments.moments * SHARE_IN_IMAGES)
        others = arguments.moments - in_images
        for made, count in ((direct, int(others * DIRECT_SHARE)),
                            (cached, others - int(others * DIRECT_SHARE))):
            self._add(images.cut(made, arguments, self.work, count, self.rng.getrandbits(32)))
        rounds = max(2, in_images // MOMENTS_AN_IMAGE)
        for number in range(rounds):
            made = direct if number % 3 else cached
            lines, asked = images.start_and_cut(made, arguments, self.limits, self.work,
                                                in_images // rounds + 1, self.rng)
            self._add(lines)
            self.images += 1
            self.asked += asked
        if not arguments.no_faults:
            self._prove(direct)

    def _add(self, counts):
        for name, count in counts.items():
            where = self.counts if name in self.counts else self.figures
            where[name] += count

    def _prove(self, made):
        """What is wrong must be found, each time."""
        for fault in FAULTS:
            try:
                images.cut(made, self.arguments, self.work, FAULT_MOMENTS,
                           self.rng.getrandbits(32), fault)
            except images.Wrong as found:
                print(f"planted {fault}: found, {found.reason()[:100]}", flush=True)
                continue
            raise RoundFailed([f"the planted fault {fault} was not found"])

    def report(self, seconds):
        count = sum(self.counts.values())
        print(f"\n{'moments':12s} {count:6d}, at {self.figures['places']} different places")
        for phase in PHASES:
            print(f"  {phase:12s} {self.counts[phase]:6d}")
        print(f"{self.images} images started by the real switch, {self.asked} requests asked again "
              f"over the wire\n{self.figures['answers']} answers, {self.figures['batches']} batches; "
              f"{seconds:.0f} s")
        share = min(1.0, self.arguments.moments / WANTED["all"])
        missing = [f"{name}: {have} of {int(wanted * share)}" for name, wanted in WANTED.items()
                   if (have := count if name == "all" else self.counts[name]) < int(wanted * share)]
        if missing:
            raise RoundFailed(["too few moments: " + ", ".join(missing)])

    def close(self, keep):
        for made in self.recordings:
            made.close()
        shutil.rmtree(self.work, ignore_errors=True)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def stop_all(number, frame):
    raise KeyboardInterrupt


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, stop_all)
    test, begin = Test(arguments), time.monotonic()
    problems = []
    try:
        test.play()
        test.report(time.monotonic() - begin)
    except images.Wrong as wrong:
        problems = [str(wrong)]
        print(f"to repeat it: {wrong.command}")
    except RoundFailed as failure:
        problems = failure.problems
    except (Broken, process.ProcessProblem, subprocess.TimeoutExpired) as failure:
        problems = [str(failure)] + [made.switch.how_it_is() for made in test.recordings]
    finally:
        process.end_all()
        test.close(keep=bool(problems))
    for problem in problems:
        print(f"FAILED (seed {arguments.seed}): {problem}")
    print("powercut: " + ("failed" if problems else "passed"))
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        process.end_all()
