"""What one run measures, each step on its own: the switch, and beside it what it is compared with.

A step takes the Bench and returns its raw figures as a dictionary. Each starts the switch anew, on
the data that the steps before it left; a run begins with the cards as they were made.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from measured import pages, programs
from peers.postgres_peer import TUNING_S, PostgresPeer
from peers.redis_peer import RedisPeer

PURCHASES, VERIFIES, HALVES = "purchase=1", "verify=1", "purchase=1,verify=1"
HOLDS, STATEMENTS = "hold=1", "statement=1"  # each hold brings its completion
REQUESTS, BACKLOG = "messages.requests", "store.backlog entries"  # as `cpctl status` names them
SETTLED_WITHIN_S = 90
REST_S = 30  # after the copy of a data folder: a shared disk goes on writing when it says it has
KILL_AFTER_S = 20  # past the first window, in the middle of the second


class Bench:
    """Options and folders; what a step learned for later steps of its run."""

    def __init__(self, options):
        self.options = options
        self.folder = pathlib.Path(options.data)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.commit_delays = None  # PostgreSQL's, in us → purchases a second, once tried
        self.commit_delay_us = 0
        self.answer_bytes = {}  # mix → bytes of an answer of the switch, for the echo

    def start_switch(self, *settings):
        os.sync()  # what earlier steps wrote does not go to the disk during this one
        (self.folder / "messages.log").unlink(missing_ok=True)
        return programs.Switch(self.options, self.folder, *settings)

    def make_cards(self):
        """Once for all runs: their numbers in `cards`, the data folder as it is then in `made`."""
        if (self.folder / "made").exists():
            return
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        (self.folder / "cards").unlink(missing_ok=True)
        switch = self.start_switch()
        try:
            programs.run_bench(self.options, self.folder, {"seconds": 1, "mix": VERIFIES})
        except BaseException:
            switch.end()
            raise
        settle_and_end(switch)
        self.copy("data", "made")

    def begin_run(self):
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.copy("made", "data")
        os.sync()
        time.sleep(min(REST_S, self.options.seconds))

    def copy(self, source, target):
        """Whole or not at all; the holes of the data file stay holes."""
        part = self.folder / (target + ".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run(["cp", "-a", "--sparse=always", self.folder / source, part], check=True)
        part.rename(self.folder / target)

    def check_books(self):
        done = subprocess.run([programs.BIN / "cpctl", "check", "--data", self.folder / "data"],
                              capture_output=True, text=True)
        return {"right": done.returncode == 0, "said": done.stdout.strip().splitlines()[-1:]}


def settle_and_end(switch):
    """Waits until all is in LMDB: the next step begins with nothing to replay or to apply."""
    try:
        until = time.monotonic() + SETTLED_WITHIN_S
        while switch.status()[BACKLOG] != 0:
            if time.monotonic() > until:
                raise RuntimeError(f"the apply did not catch up within {SETTLED_WITHIN_S} s")
            time.sleep(0.5)
    finally:
        switch.end()


class MemoryWatch:
    """Resident memory once a second while a load runs."""

    def __init__(self, switch):
        self.switch, self.samples = switch, []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self):
        while not self.over.wait(1):
            self.samples.append(self.switch.memory_kb())

    def end(self):
        self.over.set()
        self.thread.join()
        return self.samples or [self.switch.memory_kb()]


def highest(samples):
    return max(samples, key=lambda sample: sample["VmRSS"])


def store_figures(status):
    names = ("windows", "active bytes", "frozen bytes", "journal bytes", "journal segments",
             "data bytes", "slow writes")
    return {name.replace(" ", "_"): status["store." + name] for name in names}


def load_switch(bench, mix, seconds, **load):
    """A load on a fresh switch; its store's figures at both ends, its memory between them."""
    switch = bench.start_switch()
    try:
        status, cpu_s = switch.status(), switch.cpu_s()
        memory = MemoryWatch(switch)
        try:
            report = programs.run_bench(bench.options, bench.folder,
                                        {"mix": mix, "seconds": seconds, **load})
        finally:
            samples = memory.end()
        later, cpu_s = switch.status(), switch.cpu_s() - cpu_s
    except BaseException:
        switch.end()
        raise
    settle_and_end(switch)
    bench.answer_bytes[mix] = report["answer_bytes"]
    begin, end = store_figures(status), store_figures(later)
    return {**report, "store_begin": begin, "store_end": end,
            "windows": end["windows"] - begin["windows"], "memory_kb": highest(samples),
            "switch_cpu_s": round(cpu_s, 2),
            "switch_requests": later[REQUESTS] - status[REQUESTS],
            "start_s": round(switch.ready_s, 3)}


def load_echo(bench, mix, seconds, **load):
    echo = programs.Echo(bench.options, bench.folder, bench.answer_bytes.get(mix, 0))
    try:
        return programs.run_bench(bench.options, bench.folder,
                                  {"mix": mix, "seconds": seconds, **load})
    finally:
        echo.end()


def open_loop(bench, rate, mix=PURCHASES):
    options = bench.options
    return {"mix": mix, "seconds": options.seconds, "rate": rate, "in-flight": options.in_flight}


def open_switch(bench, rate, mix=PURCHASES):
    """The warm-up is a window, so that the apply of one window or the next runs all the time."""
    return load_switch(bench, **open_loop(bench, rate, mix), warmup=bench.options.open_warmup)


def open_echo(bench, rate):
    return load_echo(bench, **open_loop(bench, rate))


def store_alone(bench, mode, rate):
    shutil.rmtree(bench.folder / mode, ignore_errors=True)
    os.sync()
    try:
        return programs.run_store_bench(bench.options, bench.folder, mode, rate,
                                        bench.options.seconds)
    finally:
        shutil.rmtree(bench.folder / mode, ignore_errors=True)


def saturated_switch(bench, mix):
    return load_switch(bench, mix, bench.options.saturated)


def saturated_echo(bench, mix):
    return load_echo(bench, mix, bench.options.saturated)


def statements(bench):
    """First pages, each with the password: what the card site asks for all day."""
    return load_switch(bench, STATEMENTS, bench.options.saturated, station="DEMO-SITE")


def statement_pages(bench):
    """On data of its own: no other card has so many entries."""
    os.sync()
    try:
        return pages.measure(bench.options, bench.folder / "pages")
    finally:
        shutil.rmtree(bench.folder / "pages", ignore_errors=True)


def start_after_stop(bench):
    settle_and_end(bench.start_switch())
    switch = bench.start_switch()
    switch.end()
    return {"start_s": round(switch.ready_s, 3)}


def start_after_kill(bench):
    switch = bench.start_switch()
    load = subprocess.Popen(
        programs.bench_command(bench.options, bench.folder,
                               {"mix": PURCHASES, "seconds": 600, "rate": bench.options.rate}),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(min(KILL_AFTER_S, bench.options.seconds))
        status = switch.status()
        switch.end(signal.SIGKILL)
    finally:
        load.terminate()
        load.wait()
    again = bench.start_switch()
    settle_and_end(again)
    return {"start_s": round(again.ready_s, 3), "store_at_kill": store_figures(status)}


def postgres(bench, books_merchant):
    options = bench.options
    peer = PostgresPeer(bench.folder / "postgres", options.cards, options.port_base + 95,
                        options.bench_cores)
    try:
        peer.start()
        if bench.commit_delays is None:
            bench.commit_delays = peer.tune(min(TUNING_S, options.saturated))
            bench.commit_delay_us = peer.commit_delay_us
        peer.commit_delay_us = bench.commit_delay_us
        os.sync()
        return {**peer.measure(options.saturated, options.warmup, books_merchant),
                "settings": peer.settings(), "commit_delays": bench.commit_delays}
    finally:
        peer.stop()


def redis(bench):
    options = bench.options
    peer = RedisPeer(bench.folder / "redis", options.cards, options.port_base + 96,
                     client_cores=options.bench_cores)
    try:
        peer.start()
        os.sync()
        return {**peer.measure(options.saturated, options.warmup), "settings": peer.settings()}
    finally:
        peer.stop()
        shutil.rmtree(bench.folder / "redis", ignore_errors=True)


def steps_of(options):
    """In the order of one run: what is compared stands side by side."""
    low, high = options.rate, options.stretch_rate
    return {
        "start_after_stop": start_after_stop,
        "open_switch": lambda bench: open_switch(bench, low),
        "open_journal": lambda bench: store_alone(bench, "journal", low),
        "open_echo": lambda bench: open_echo(bench, low),
        "open_lmdb": lambda bench: store_alone(bench, "lmdb", low),
        "stretch_switch": lambda bench: open_switch(bench, high),
        "stretch_journal": lambda bench: store_alone(bench, "journal", high),
        "stretch_echo": lambda bench: open_echo(bench, high),
        "full_switch": lambda bench: saturated_switch(bench, PURCHASES),
        "full_echo": lambda bench: saturated_echo(bench, PURCHASES),
        "full_redis": redis,
        "full_postgres": lambda bench: postgres(bench, books_merchant=False),
        "full_postgres_hot": lambda bench: postgres(bench, books_merchant=True),
        "verify_switch": lambda bench: saturated_switch(bench, VERIFIES),
        "verify_echo": lambda bench: saturated_echo(bench, VERIFIES),
        "mixed_switch": lambda bench: open_switch(bench, low, HALVES),
        "start_after_kill": start_after_kill,
        # Last, so that the data is to all before them what it was without them.
        "full_holds": lambda bench: saturated_switch(bench, HOLDS),
        "open_holds": lambda bench: open_switch(bench, low, HOLDS),
        "statements": statements,
        "statement_pages": statement_pages,
    }
