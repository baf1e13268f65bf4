#!/usr/bin/env python3
"""Runs the fuzz targets, several at a time, and ends with a table.

    run.py [--seconds 60] [--jobs N] [TARGET …]   from the corpus and the golden messages on; inputs that
                                                  reach something new are kept in build/fuzz/found
    run.py --merge [TARGET …]                     makes the corpus anew: golden messages, the old corpus
                                                  and what was new, minimised

The exit status is 1 when a target found something or did not run.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import seeds  # noqa: E402

ROOT = os.path.dirname(HERE)
BUILD = os.path.join(ROOT, "build", "fuzz")
CORPUS = os.path.join(HERE, "corpus")
LARGEST_INPUT = 16_384   # a frame of the largest size is half of it, a packager file most of it
SLOWEST_INPUT_S = 20     # longer is a finding
MOST_FILES, MOST_BYTES = 300, 200_000  # of a target's corpus
MADE_BY_MERGE = re.compile(r"[0-9a-f]{40}")  # files with names of their own stay for ever

_running = set()


def targets():
    """The programs that are built, by name."""
    folder = os.path.join(BUILD, "bin")
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name.removeprefix("fuzz_") for name in names if name.startswith("fuzz_"))


def program(target):
    return os.path.join(BUILD, "bin", f"fuzz_{target}")


def folder_of(*parts):
    path = os.path.join(*parts)
    os.makedirs(path, exist_ok=True)
    return path


def start(command, log):
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    _running.add(process)
    return process


def end(process):
    """Ends a process, if it still runs, by its id."""
    if process.poll() is None:
        process.kill()
    process.wait()
    _running.discard(process)


class Result:
    """What the log of one run says."""

    def __init__(self, target, status, seconds, log):
        self.target, self.status, self.seconds, self.log = target, status, seconds, log
        with open(log, errors="replace", encoding="utf-8") as file:
            text = file.read()
        runs = re.findall(r"^#(\d+)", text, re.M)
        edges = re.findall(r"\bcov: (\d+)", text)
        self.runs = int(runs[-1]) if runs else 0
        self.edges = int(edges[-1]) if edges else 0
        self.findings = re.findall(r"Test unit written to (\S+)", text)

    def is_good(self):
        return self.status == 0 and not self.findings and self.runs > 0

    def row(self):
        verdict = len(self.findings) if self.findings or self.is_good() else f"status {self.status}"
        return [self.target, f"{self.runs:,}", f"{self.edges:,}", f"{self.seconds:.0f}", str(verdict)]

    def advice(self):
        """What to do about a run that is not good."""
        for finding in self.findings:
            yield f"{self.target}: reproduce with {os.path.relpath(program(self.target), ROOT)} {finding}"
        yield f"{self.target}: its output is in {os.path.relpath(self.log, ROOT)}"


def golden_seeds(target):
    """The folder with the inputs made from the golden messages of today."""
    folder = folder_of(BUILD, "seeds", target)
    for number, seed in enumerate(seeds.seeds(target)):
        with open(os.path.join(folder, str(number)), "wb") as file:
            file.write(seed)
    return folder


def fuzz(target, seconds):
    begin = time.monotonic()
    log = os.path.join(folder_of(BUILD, "logs"), f"{target}.log")
    findings = os.path.relpath(folder_of(BUILD, "findings"), ROOT)
    process = start([program(target), f"-max_total_time={seconds}", f"-max_len={LARGEST_INPUT}",
                     f"-timeout={SLOWEST_INPUT_S}", f"-artifact_prefix={findings}/{target}-",
                     "-print_final_stats=1", folder_of(BUILD, "found", target),
                     folder_of(CORPUS, target), golden_seeds(target)], log)
    try:
        status = process.wait(seconds + 120)
    except subprocess.TimeoutExpired:
        status = "did not end"
    finally:
        end(process)
    return Result(target, status, time.monotonic() - begin, log)


def fuzz_all(names, seconds, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda name: fuzz(name, seconds), names))
    rows = [["target", "runs", "coverage", "seconds", "findings"]] + [r.row() for r in results]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join([row[0].ljust(widths[0])]
                        + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]))
    bad = [result for result in results if not result.is_good()]
    for result in bad:
        print("\n".join(result.advice()))
    return 1 if bad or not results else 0


def merge(target):
    """Returns whether the new corpus is small enough to be kept."""
    old = folder_of(CORPUS, target)
    with tempfile.TemporaryDirectory() as work:
        merged = folder_of(work, "merged")
        for name in os.listdir(old):
            if not MADE_BY_MERGE.fullmatch(name):
                shutil.copy(os.path.join(old, name), merged)
        log = os.path.join(folder_of(BUILD, "logs"), f"{target}.merge.log")
        process = start([program(target), "-merge=1", "-use_counters=0", f"-max_len={LARGEST_INPUT}",
                         merged, old, golden_seeds(target), folder_of(BUILD, "found", target)], log)
        try:
            status = process.wait(600)
        finally:
            end(process)
        names = os.listdir(merged)
        size = sum(os.path.getsize(os.path.join(merged, name)) for name in names)
        print(f"{target}: {len(names)} files, {size} bytes")
        if status != 0 or not names or len(names) > MOST_FILES or size > MOST_BYTES:
            print(f"{target}: the corpus stays as it is; see {os.path.relpath(log, ROOT)}")
            return False
        shutil.rmtree(old)
        shutil.copytree(merged, old)
    return True


def stop_all(number, frame):
    for process in list(_running):
        process.kill()
    print("interrupted", flush=True)
    os._exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at a time")
    parser.add_argument("--merge", action="store_true", help="make the corpus anew")
    arguments = parser.parse_args()
    names = arguments.targets or targets()
    unknown = sorted(set(names) - set(targets()))
    if unknown or not names:
        parser.exit(2, f"not built: {' '.join(unknown) or 'any target'}; tools/build.sh fuzz builds them\n")
    signal.signal(signal.SIGTERM, stop_all)
    signal.signal(signal.SIGINT, stop_all)
    os.chdir(ROOT)
    if arguments.merge:
        return 0 if all([merge(name) for name in names]) else 1
    return fuzz_all(names, arguments.seconds, max(1, arguments.jobs))


if __name__ == "__main__":
    sys.exit(main())
