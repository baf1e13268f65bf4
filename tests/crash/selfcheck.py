#!/usr/bin/env python3
"""Proves that the crash test can fail: it is run against a toy switch that is right, and against the
same one broken in one way after another.

    selfcheck.py [NAME …]

The last line says `N passed, M failed`: the right one must pass; each broken one must be found every
time, and within eight runs for the reason that belongs to it: a fault has several consequences, a run ends
at the first that it meets, and which one that is depends on what was under way at the kill.
"""

import contextlib
import io
import os
import re
import signal
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, HERE)
import crash  # noqa: E402
import process  # noqa: E402
import stub_process  # noqa: E402

TOO_MANY_POINTS = r"points, by the answers|must be 51; it is \d+ SITE .* points exchange"

# What is wrong -> what the test must say (a regular expression).
FAULTS = {
    "": None,
    # answers
    "late-write": r"DE \d+ is|answered",       # the answer leaves before it is written
    "lost-tail": r"DE \d+ is|answered",        # the last of what was written is not read again
    "no-memory": r"DE \d+ is|answered",        # the answers are forgotten, what they moved is not
    "other-approval": r"DE 38 is",
    "fresh-balance": r"DE 54 is",
    "other-code": r"DE 39 is",
    "other-pin": r"DE 48 is",
    "no-94": r"answered .*, expected 94",
    "forget-undone": r"although its reversal had been answered 00",
    "undone-again": r"although its reversal had been answered 00",
    # money
    "half": r"the card holds|do not follow",  # memory without money
    "twice": r"the card holds|do not follow from one another",
    "reversal-moves-nothing": r"the card holds",
    "inquiry": r"the card holds",
    "refunded": r"won were refunded of",
    "prefund": r"has \d+ won left",
    "sale-half": r"has \d+ won left",
    "sale-again": r"DE (38|48|54) is|has \d+ won left",
    # holds
    "hold-forgotten": r"to be used|amounts held|nothing is held",
    "rest-held": r"to be used|amounts held",    # of a completed hold
    "still-held": r"to be used|amounts held",   # although it was released
    "completion-twice": r"the card holds|do not follow",
    "completed-again": r"completed twice|were posted of a hold",
    "completed-released": r"were posted of a hold|completed twice|to be used",
    "more-than-held": r"were posted of a hold|must be 10",
    "raise-new": r"should raise the first",
    "unsell-held": r"went back to stock|answered 14|expected 14|expected 00|with one below zero",
    # calls
    "grant-forgotten": r"to be used|amounts held|nothing is held",
    "grant-short": r"which pay longer|s were granted, by the answers",
    "grant-long": r"below zero|s were granted, by the answers|to be used",
    "renewal-lost": r"to be used|amounts held|were posted of a hold|which pay longer|were granted, by",
    "connection-again": r"to be used|amounts held|were posted of a hold|which pay longer|were granted, by",
    "connection-twice": r"won were posted|must be 00",
    "call-unit-more": r"won were posted|must be 00",
    "call-above-hold": r"were posted of a hold|won were posted|must be 10",
    "call-rate-lost": r"won were posted|must be",
    "call-rate-forgotten": r"by units of|which pay longer|were granted, by|to be used|amounts held|were posted"
                           r"|must be 51; it is \d+ TEL .* for a call",
    "call-forgotten": r"the card holds",
    "call-rest-held": r"to be used|amounts held",
    "call-entry-kind": r"entry of the statement is missing",
    # banks
    "deposit-lost": r"the card holds",
    "prefund-deposit-lost": r"has \d+ won left",
    "deposit-back-lost": r"the card holds",
    # recharges and points
    "recharge-twice": r"the card holds|do not follow",
    "recharge-unpaid": r"has \d+ won left",
    "short-validity": r"is valid until",
    "points-lost": r"points, by the answers|answered 51, by the answers before it must be 00",
    "points-kept": TOO_MANY_POINTS,            # of a purchase that was reversed
    "points-kept-at-refund": TOO_MANY_POINTS,
    "exchanged-for-nothing": TOO_MANY_POINTS,
    "no-exchange": r"answered 51, by the answers before it must be 00",
    # statements
    "entry-lost": r"is followed by entry|summary sums to",
    "page-skips": r"is followed by entry|does not begin with entry 1",
    "pair-lost": r"entry of the statement is missing",   # a payment and its reversal: the rest agrees
    "pair-added": r"that no answer tells of",
    "entry-kind": r"entry of the statement is missing",
    "old-balance": r"do not follow from one another: -?\d+ and",
    "sum-off": r"summary sums to",
    "sum-moved": r"its entries make",
    # cards
    "orders": r"collect",
    "activation": r"activation|answered 14|collect",
    "password": r"verify|wrong password|answered 55",
    "unsell": r"its sale is reversed|answered 14|answered 57",
    "count-every": r"after only \d wrong passwords|wrong password \d after|answered 62|second fifth",
    "wrong-count": r"wrong password \d after|expected 62",
    "never-block": r"expected 62|answered 55 after 75",
    # owners
    "change-forgotten": r"answered 55|must be",
    "owner-forgotten": r"answered 55, by the answers before it must be 00",
    "block-forgotten": r"expected 62|must be 62|answered (00|55)",
    "unblock-forgotten": r"answered 62",
    "freed-count": r"answered (75|62)",        # unblocking forgets the wrong passwords so far
    # reversals that were faster than their originals
    "forget-early": r"although its reversal had been answered 00",
    # the program
    "never-ready": r"not ready after",
    "ends": r"ended by itself with status 3",
    "deaf": r"are unanswered after",
    "closes": r"connection was closed|closed the connection|closed a connection",
    "never-stops": r"did not end within",
    "bad-exit": r"ended with status 4 after SIGTERM",
    "check": r"cpctl check after a clean stop finds|cpctl check right after",
}


# These are found by what the toy does as a process, so it is a program of its own there.
OF_THE_PROGRAM = {"", "never-ready", "ends", "deaf", "closes", "never-stops", "bad-exit", "check"}

RUNS = 8
LONGEST_S = 240


def run(name):
    """What is wrong with the test, or None."""
    os.environ["STUB_FAULT"] = name
    if name not in OF_THE_PROGRAM:
        process.spawn = stub_process.spawn
    for attempt in range(RUNS):
        found, wrong = play(name, seed=7 + attempt)
        if not found or wrong is None:
            break
    return wrong


def play(name, seed):
    """One run: (whether the test did its work, what is wrong with that or None)."""
    sys.argv = ["crash.py", "--switch", os.path.join(HERE, "stub_switch.py"),
                "--cpctl", os.path.join(HERE, "stub_cpctl.sh"),
                "--config", os.path.join(ROOT, "config", "demo.conf"),
                "--seed", str(seed), "--rounds", "40" if name else "4", "--messages", "150",
                "--stop-at-failure", "--discard"] + (["--impatient"] if name else [])
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = crash.main()
    lines = said.getvalue().strip().split("\n")
    if not re.fullmatch(r"\d+ passed, \d+ failed", lines[-1]):
        return False, "ended in disorder: " + " | ".join(lines[-6:])
    if not name:
        return False, None if status == 0 else " | ".join(lines[-12:])
    if status == 0:
        return False, "was not found"
    said = " | ".join(line for line in lines if line.startswith("  "))
    return True, None if re.search(FAULTS[name], said) else "was found for another reason: " + said


class Child:
    """A fork of this process that runs one of them."""

    def __init__(self, name):
        self.name, self.said = name, tempfile.TemporaryFile("w+", encoding="utf-8")
        self.pid = os.fork()
        if self.pid == 0:
            self._run()

    def _run(self):
        try:
            signal.alarm(LONGEST_S)  # which ends it, and its switch with it
            self.said.write(run(self.name) or "")
            self.said.flush()
            status = 0
        except BaseException:
            self.said.write("ended in disorder: " + traceback.format_exc())
            self.said.flush()
            status = 1
        finally:
            crash.end_all()
            os._exit(status)

    def result(self, status):
        """What is wrong, or an empty text."""
        self.said.seek(0)
        said = self.said.read()
        self.said.close()
        return said or ("" if status == 0 else f"ended in disorder, with wait status {status}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    running = {}
    try:
        return run_all(sys.argv[1:] or list(FAULTS), running)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGTERM)  # they end their switches


def run_all(names, running):
    """The exit status. `running`: what is under way, by process id."""
    waiting, failed = sorted(names, key=lambda name: name in OF_THE_PROGRAM), 0  # these take longest
    while waiting or running:
        while waiting and len(running) <= max(2, os.cpu_count() or 1):  # some of them mostly wait
            child = Child(waiting.pop())
            running[child.pid] = child
        pid, status = os.wait()
        child = running.pop(pid)
        wrong = child.result(status)
        failed += wrong != ""
        print(f"{'FAIL' if wrong else 'PASS'} {child.name or 'the right one'}"
              + (f": {wrong}" if wrong else ""), flush=True)
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
