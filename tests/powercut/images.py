"""Cuts: powercut_check over a recording, and the real switch on what a cut left."""

import os
import shlex
import shutil
import subprocess
import tempfile
import time

import link
import process
import recording
from answers import LISTEN, WRITE_BEGIN, Trace
from book import REMEMBERED, difference
from demo_world import STATIONS

WORKERS = 2 * (os.cpu_count() or 1)  # each waits about as long as it computes
QUESTIONS = 60
CUT_SECONDS = 7_200


class Wrong(Exception):
    """An image that is not as it must be; `command` makes and examines it again."""

    def __init__(self, what, command):
        super().__init__(what)
        self.command = shlex.join(command)

    def reason(self):
        return str(self).split("): ", 1)[-1]


def finish(made, arguments, work):
    """After the last life: reads the trace, and proves that it tells everything."""
    made.read(Trace(made.trace, made.switch.ports.base))
    made.answers = os.path.join(made.folder, "answers")
    made.known.write_answers(made.answers)
    _check(made, arguments, work, [["--compare", made.disk]])


def cut(made, arguments, work, moments, seed, fault=None):
    """So many moments of a recording; returns how many there were of each kind."""
    task = ["--moments", str(moments), "--seed", str(seed), "--shares", str(WORKERS)]
    if fault:
        task += ["--fault", fault]
    return _check(made, arguments, work,
                  [task + ["--share", str(share)] for share in range(WORKERS)])


def start_and_cut(made, arguments, limits, work, moments, rng):
    """Starts the real switch on an image, asks it for what had been answered, and cuts its recovery.
    Returns the counts, and how many requests were asked again."""
    record = _some_record(made.known, rng)
    at = ["--at", f"{record}:{rng.getrandbits(40)}"]
    folder = tempfile.mkdtemp(prefix="start-", dir=made.folder)
    disk, trace = os.path.join(folder, "disk"), os.path.join(folder, "trace")
    _check(made, arguments, work, [at + ["--leave", disk]])
    switch = process.Switch(arguments.switch, arguments.config, folder, limits)
    switch.data = os.path.join(disk, "data")
    recording.recorded(switch, arguments.recorder, trace, disk, made.direct)
    try:
        switch.start(made.options_at(record))
        asked = _ask_again(made, switch, record, limits, rng)
        recording.Valve(trace).close()
        switch.kill()
    except (link.Broken, process.ProcessProblem) as problem:
        raise Wrong(f"the switch on the image of moment {at[1]}: {problem}",
                    _command(made, arguments, work, at)) from None
    finally:
        switch.close()
    counts = _check(made, arguments, work, [at + [
        "--recovery", trace, "--moments", str(moments), "--seed", str(rng.getrandbits(32))]])
    shutil.rmtree(folder)
    del counts["answers"], counts["batches"]  # the recording's, counted already
    return counts, asked


def _some_record(known, rng):
    """After the first start; every other time within a write."""
    first = known.kinds.index(LISTEN) + 1
    writes_only = rng.random() < 0.5
    while True:
        record = rng.randrange(first, len(known.kinds))
        if not writes_only or known.kinds[record - 1] == WRITE_BEGIN:
            return record


def _ask_again(made, switch, record, limits, rng):
    """Requests that were answered before the cut get their first answer, over the wire."""
    answered = {}
    for answer in made.known.answers:
        if answer.record < record and answer.record > made.era_of(record):
            answered[answer.mark] = answer
    known = [request for request in made.book.requests
             if request.kind in REMEMBERED and request.first is not None
             and (request.station, *request.mark) in answered]
    asked = rng.sample(known, min(QUESTIONS, len(known)))
    problems = []

    def judge(send, answer, raw):
        request = send.request
        what = difference(request.first, answer)
        if what and not (answer[39] == "25" and request.may_be_undone()):
            problems.append(f"{what}; it is {request.story().strip()}")

    hub = link.Hub(judge)
    links = {}
    try:
        for request in asked:
            name = request.station
            if name not in links:
                links[name] = hub.connect(name, STATIONS[name], switch.port(STATIONS[name].port))
            links[name].post(request)
        hub.wait_for_all(limits.answers)
    finally:
        hub.close()
    if problems:
        raise link.Broken("; ".join(problems[:4]))
    return len(asked)


# powercut_check -----------------------------------------------------------------------------------

def _command(made, arguments, work, more):
    return [arguments.check, "--trace", made.trace, "--answers", made.answers,
            "--later", str(made.later), "--work", os.path.join(work, "check"), *more]


def _check(made, arguments, work, tasks):
    """Runs powercut_check for each task, all at once; returns their counts together."""
    running = []
    try:
        for number, task in enumerate(tasks):
            command = _command(made, arguments, os.path.join(work, str(number)), task)
            one = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   text=True)
            process._running[one.pid] = one
            running.append(one)
        counts = {}
        for one, task in zip(running, tasks):
            _take_lines(one, counts, _command(made, arguments, work, task))
        return counts
    finally:
        for one in running:
            if one.poll() is None:
                one.kill()
            one.wait()
            one.stdout.close()
            process._running.pop(one.pid, None)


def _take_lines(one, counts, command):
    last = time.monotonic()
    for line in one.stdout:
        words = line.split(maxsplit=2)
        if words[0] == "FAILED":
            what = line.split(maxsplit=1)[1].strip()
            raise Wrong(what, _only(command, what))
        if words[0] == "progress":
            if time.monotonic() - last > 5:
                print(f"  {line.strip()}", flush=True)
        elif words[0] == "count":
            counts[words[2].strip()] = counts.get(words[2].strip(), 0) + int(words[1])
        elif words[0] == "places":
            counts["places"] = counts.get("places", 0) + int(words[1])
        else:
            counts[words[0]] = int(words[1])
    if one.wait(CUT_SECONDS) != 0:
        raise Wrong(f"powercut_check ended with status {one.returncode}", command)


def _only(command, what):
    """The command for just the moment that a failure names."""
    if not what.startswith("moment "):
        return command
    moment = what.split()[1]
    if "--recovery" in command:
        return command + ["--recovery-at", moment]
    return command + ["--at", moment]
