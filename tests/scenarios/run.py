#!/usr/bin/env python3
"""Runs the scenarios: wire behaviour written down as text, played over TCP against a real switch.

    run.py --switch build/dev/bin/cpswitch --config config/demo.conf [FILE …]
    run.py --list                what there is
    run.py --syntax-only         reads all files and starts nothing

Without FILE all *.txt of this folder are run. The last line says `N passed, M failed`, counted in
scenarios; the exit status is 0 when none failed.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import signal
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import language  # noqa: E402
import player  # noqa: E402
import switch_process  # noqa: E402
from demo_world import iso  # noqa: E402


def masked(text):
    """The text without any card number in it."""
    def one(match):
        digits = match.group()
        is_card = iso.luhn_digit(digits[:-1]) == digits[-1]
        return iso.mask_number(digits) if is_card else digits
    return re.sub(r"(?<!\d)\d{13,19}(?!\d)", one, text)


class Result:
    """What became of one file: how many scenarios passed, and the failures as lines."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        self.passed, self.failures, self.notes, self.seconds = 0, [], [], 0.0

    def fail(self, line, scenario, what):
        self.failures.append(f"  {self.name}:{line}: {scenario}: {what}")

    def lines(self):
        yield f"{'FAIL' if self.failures else 'PASS'} {self.name}" \
              f" ({self.passed} of {self.passed + len(self.failures)}, {self.seconds:.1f} s)"
        yield from self.failures
        yield from self.notes


def play(path, parsed, arguments):
    result = Result(path)
    begin = time.monotonic()
    patience = arguments.patience
    switch = switch_process.Switch(arguments.switch, arguments.config, patience, arguments.keep)
    game = player.Player(switch, parsed.options, patience)
    current = parsed.sections[0]
    try:
        game.start()
        for current in parsed.sections:
            try:
                game.section(current)
                result.passed += 1
            except player.Failure as failure:
                result.fail(failure.line, current.name, failure)
            except switch_process.SwitchProblem as problem:
                result.fail(current.line, current.name, problem)
                switch.forget()
            if switch.ended():
                result.fail(current.line, current.name, "the switch ended by itself; it said: "
                            + switch.tail(6))
                switch.forget()
            if switch.process is None:  # the next scenario needs one
                game.start()
        leaks = game.leaks()
        if leaks:
            result.fail(1, "whole file", f"the switch's output or a file name holds {', '.join(leaks)}")
        switch.stop()
    except (switch_process.SwitchProblem, player.Failure, OSError) as problem:
        result.fail(current.line, current.name, problem)
    except Exception as bug:  # of these tests: told as a failure, not lost in a thread
        result.fail(current.line, current.name, f"the runner itself: {bug!r}")
        traceback.print_exc()
    finally:
        switch.close()
        result.seconds = time.monotonic() - begin
    if arguments.keep:
        result.notes.append(f"  kept: {switch.folder}")
    return result


def read(paths):
    """[(path, parsed)] and whether all could be read."""
    files, good = [], True
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                files.append((path, language.Parser(file.read())))
        except language.SyntaxProblem as problem:
            print(f"{os.path.basename(path)}:{problem.line}: {problem}")
            good = False
        except OSError as problem:
            print(f"{path}: {problem.strerror}")
            good = False
    return files, good


def stop_all(number, frame):
    switch_process.kill_all()
    print("interrupted", flush=True)
    os._exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--switch", default="build/dev/bin/cpswitch", help="the program under test")
    parser.add_argument("--config", default="config/demo.conf")
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 1),
                        help="files at the same time")
    parser.add_argument("--slow", action="store_true", help="wait longer: for sanitizers and valgrind")
    parser.add_argument("--keep", action="store_true", help="leave data and output folders behind")
    parser.add_argument("--list", action="store_true", help="print the scenarios")
    parser.add_argument("--syntax-only", action="store_true", help="read the files, start nothing")
    arguments = parser.parse_args()
    arguments.patience = 30.0 if arguments.slow else 5.0

    paths = arguments.files or sorted(glob.glob(os.path.join(HERE, "[a-z]*.txt")))
    files, good = read(paths)
    if not good:
        return 2
    if arguments.list:
        for path, parsed in files:
            print(os.path.basename(path))
            for section in parsed.sections:
                print(f"  {section.line}: {section.name}")
        return 0
    count = sum(len(parsed.sections) for _, parsed in files)
    if arguments.syntax_only:
        print(f"{len(files)} files, {count} scenarios")
        return 0
    for needed in (arguments.switch, arguments.config):
        if not os.path.exists(needed):
            print(f"{needed} is not there: build it, or name another with --switch and --config")
            return 2
    arguments.switch = os.path.abspath(arguments.switch)
    signal.signal(signal.SIGTERM, stop_all)
    signal.signal(signal.SIGINT, stop_all)

    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        waiting = [pool.submit(play, path, parsed, arguments) for path, parsed in files]
        for done in concurrent.futures.as_completed(waiting):
            result = done.result()
            passed += result.passed
            failed += len(result.failures)
            print(masked("\n".join(result.lines())), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        switch_process.kill_all()
