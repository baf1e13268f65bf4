"""A switch whose calls are recorded: it lives several lives on one folder, and all go into one trace."""

import datetime
import mmap
import os
import random
import struct
import time

import link
import process
import recharges
import rounds
from answers import BUSY_AT, FROZEN_AT, START
from book import PURCHASE, REFUND
from traffic import FACES, Traffic

LATER = "clock.offset=+11d"  # what the first lives remembered for a week is purged
LATER_BY = datetime.timedelta(days=11)


def recorded(switch, recorder, trace, folder, direct=True):
    """From its next start on the switch is recorded."""
    options = os.environ.get("ASAN_OPTIONS", "")
    switch.prefix = ["env", f"LD_PRELOAD={recorder}", f"POWERCUT_TRACE={trace}",
                     f"POWERCUT_FOLDER={folder}",
                     f"ASAN_OPTIONS={options}{':' if options else ''}verify_asan_link_order=0"]
    if not direct:
        switch.prefix.append("POWERCUT_NO_DIRECT=1")


class Valve:
    """Stops a recorded process between two calls, so that it can be killed with none under way: what
    is in the page cache then is exactly what the trace says."""

    def __init__(self, trace):
        with open(trace, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 4096)

    def close(self, seconds=20):
        struct.pack_into("<I", self.map, FROZEN_AT, 1)
        deadline = time.monotonic() + seconds
        while struct.unpack_from("<I", self.map, BUSY_AT)[0]:
            if time.monotonic() > deadline:
                raise process.ProcessProblem("a recorded call does not end")
            time.sleep(0.001)

    def open(self):
        struct.pack_into("<I", self.map, FROZEN_AT, 0)


class Life(rounds.Round):
    """From a start of the switch to its end, with traffic between."""

    def load(self, seconds):
        payments = [r for r in self.book.requests
                    if r.kind in (PURCHASE, REFUND) and r.card.life is None]
        pool = [card for card in self.book.cards if card.is_anybodys and card.face in FACES]
        self.rng.shuffle(pool)
        self.traffic = Traffic(self.maker, self.rng, pool[:48], [],
                               self.rng.sample(payments, min(20, len(payments))))
        self._set_up(self.traffic)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._feed()
            self.hub.pump(0.002)
            if any(connection.closed for connection in self.hub.links):
                raise link.Broken("the switch closed a connection under load")
        self._give_up_on_problems()


class Recording:
    """The lives, the trace of them, and what was asked and answered."""

    def __init__(self, arguments, limits, folder, direct, seed):
        self.arguments, self.limits, self.folder, self.direct = arguments, limits, folder, direct
        self.rng = random.Random(seed)
        self.world = rounds.World(arguments, folder, "disk", limits)
        self.disk = os.path.join(self.world.folder, "disk")
        os.mkdir(self.disk)
        self.trace = os.path.join(folder, "trace")
        self.switch = self.world.switch
        self.switch.data = os.path.join(self.disk, "data")
        recorded(self.switch, arguments.recorder, self.trace, self.disk, direct)
        self.valve = self.lives_before_later = None

    SETTINGS = ["ledger.window=1s", "ledger.segment-mib=1", "limits.batch=8"]

    @property
    def book(self):
        return self.world.book

    def live(self, seconds, ends, options=()):
        """One life. `ends`: `killed` under load, `starting` (killed before it serves), `stopped`."""
        life = Life(self.world.rounds, self.rng, self.world, self.arguments, self.limits)
        settings = self.SETTINGS + list(options)
        if LATER in settings and self.lives_before_later is None:
            self.lives_before_later = self.switch.starts
            recharges.clock_ahead = LATER_BY
        if ends == "starting":
            self.switch.launch(settings)
            self.switch.wait_until_ready(self.rng.uniform(0.2, 0.9) * self.start_s)
            self._kill()
            return
        self.start_s = self.switch.start(settings)
        life._connect()
        try:
            life.load(seconds)
            if ends == "killed":
                self._kill()
                life.hub.drain(10)
            else:
                life.hub.wait_for_all(self.limits.answers)
        finally:
            life._disconnect()
        if ends == "stopped":
            self.switch.stop()
        if self.book.problems:
            raise rounds.RoundFailed(self.book.problems)
        self.world.rounds += 1

    def _kill(self):
        if self.valve is None:
            self.valve = Valve(self.trace)
        self.valve.close()
        self.switch.kill()
        self.valve.open()

    def read(self, trace):
        """After the last life."""
        self.known = trace
        starts = [at for at, kind in enumerate(trace.kinds) if kind == START]
        # The record from which on the clock is later. Counted from the end: a life that is killed while it starts may
        # end before its first record.
        self.later = starts[self.lives_before_later - self.switch.starts]

    def era_of(self, record):
        """The record from which on the clock was what it is at this one."""
        return self.later if record > self.later else 0

    def options_at(self, record):
        return self.SETTINGS + ([LATER] if self.era_of(record) else [])

    def close(self):
        """Ends what runs; the folder stays."""
        self.switch.close()
