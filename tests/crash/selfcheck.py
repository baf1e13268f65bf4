#!/usr/bin/env python3
"""Proves that the crash test can fail: it is run against a toy switch that is right, and against the
same one broken in one way after another.

    selfcheck.py [NAME …]

The last line says `N passed, M failed`: the right one must pass; each broken one must be found every
time, and within three runs for the reason that belongs to it: a fault has several consequences, and
a run ends at the first that it meets.
"""

import concurrent.futures
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")

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
    "completion-twice": r"the card holds",
    "completed-again": r"completed twice|were posted of a hold",
    "completed-released": r"were posted of a hold|completed twice|to be used",
    "more-than-held": r"were posted of a hold|must be 10",
    "raise-new": r"should raise the first",
    "unsell-held": r"went back to stock|answered 14|expected 14|expected 00",
    # calls
    "grant-forgotten": r"to be used|amounts held|nothing is held",
    "grant-short": r"which pay longer|s were granted, by the answers",
    "grant-long": r"below zero|s were granted, by the answers|to be used",
    "renewal-lost": r"to be used|amounts held|were posted of a hold",
    "connection-again": r"to be used|amounts held|were posted of a hold",
    "connection-twice": r"won were posted|must be 00",
    "call-unit-more": r"won were posted|must be 00",
    "call-above-hold": r"were posted of a hold|won were posted|must be 10",
    "call-rate-lost": r"won were posted|must be",
    "call-rate-forgotten": r"by units of|which pay longer|s were granted, by the answers|to be used",
    "call-forgotten": r"the card holds",
    "call-rest-held": r"to be used|amounts held",
    "call-entry-kind": r"entry of the statement is missing",
    # banks
    "deposit-lost": r"the card holds",
    "prefund-deposit-lost": r"has \d+ won left",
    "deposit-back-lost": r"the card holds",
    # recharges and points
    "recharge-twice": r"the card holds",
    "recharge-unpaid": r"has \d+ won left",
    "short-validity": r"is valid until",
    "points-lost": r"points, by the answers",
    "points-kept": r"points, by the answers",     # of a purchase that was reversed
    "points-kept-at-refund": r"points, by the answers",
    "exchanged-for-nothing": r"points, by the answers",
    "no-exchange": r"answered 51, by the answers before it must be 00",
    # statements
    "entry-lost": r"is followed by entry",
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


RUNS = 3


def run(name):
    """(name, what is wrong with the test or None)."""
    for attempt in range(RUNS):
        found, wrong = play(name, seed=7 + attempt)
        if not found or wrong is None:
            break
    return name, wrong


def play(name, seed):
    """One run: (whether the test did its work, what is wrong with that or None)."""
    command = [sys.executable, os.path.join(HERE, "crash.py"),
               "--switch", os.path.join(HERE, "stub_switch.py"),
               "--cpctl", os.path.join(HERE, "stub_cpctl.py"),
               "--config", os.path.join(ROOT, "config", "demo.conf"),
               "--seed", str(seed), "--rounds", "12" if name else "5", "--messages", "250",
               "--stop-at-failure", "--discard"] + (["--impatient"] if name else [])
    try:
        done = subprocess.run(command, env={**os.environ, "STUB_FAULT": name}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
    except subprocess.TimeoutExpired:
        return False, "did not end within 240 s"
    lines = done.stdout.strip().split("\n")
    if not re.fullmatch(r"\d+ passed, \d+ failed", lines[-1]) or "Traceback" in done.stdout:
        return False, "ended in disorder: " + " | ".join(lines[-6:])
    if not name:
        return False, None if done.returncode == 0 else " | ".join(lines[-12:])
    if done.returncode == 0:
        return False, "was not found"
    said = " | ".join(line for line in lines if line.startswith("  "))
    return True, None if re.search(FAULTS[name], said) else "was found for another reason: " + said


def main():
    names = sys.argv[1:] or list(FAULTS)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for name, wrong in pool.map(run, names):
            failed += wrong is not None
            print(f"{'FAIL' if wrong else 'PASS'} {name or 'the right one'}"
                  + (f": {wrong}" if wrong else ""), flush=True)
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
