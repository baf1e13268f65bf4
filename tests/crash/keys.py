#!/usr/bin/env python3
"""The switch is killed while stations exchange keys, again and again; afterwards every key is the old or the new.

    keys.py --switch build/release/bin/cpswitch --config config/demo.conf [--rounds 20] [--seed N]

Three stations (PIN key only; x9.19; CMAC) ask for one new key after another, lose answers, send the same message twice,
and verify a card's password under the keys that they hold. SIGKILL comes at a random moment. After the restart:
what a station was told counts; of an exchange whose answer it has not seen the switch has the old key or the new one
(`cpctl key list` shows check values), the station is served under what it holds, and the same message again gets
that new key, or the first one. Every answer's MAC is under the key of its request.
"""

import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

import process
from connection import Connection, Failure
from demo_world import SEOUL, STATIONS, iso, lot_card, now
from verdict import Wrong, need, run

PASSWORD = "12345678"  # of the demo lot's cards
TRANSPORT = {"VEND": "A1B3C2D5E5F70719293B4A5D6D7F8F91",  # the demo world's own; the others have none there
             "BANG": "000102030405060708090A0B0C0D0E0F", "TEL": "F0E1D2C3B4A5968778695A4B3C2D1E0F"}


def check_value(key, is_aes):
    if not is_aes:
        return iso.tdes_encrypt(key, bytes(8))[:3].hex().upper()
    step = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return (step.update(bytes(16)) + step.finalize())[:3].hex().upper()


class Exchange:
    """An 0800/161 as it was sent, with what the station held then, and the key that it was told."""

    def __init__(self, use, frame, mac):
        self.use, self.frame, self.mac, self.key = use, frame, mac, None


class Till:
    """One station's keys as the station knows them, and its messages."""

    def __init__(self, name, card, switch, patience, seed):
        self.name, self.card, self.switch, self.patience = name, card, switch, patience
        self.station, self.rng = STATIONS[name], random.Random(seed)
        self.keys = {"P": self.station.pin_key}
        if self.station.mac is not None:
            self.keys["M"] = self.station.mac.key
        self.transport = bytes.fromhex(TRANSPORT.get(name, ""))
        self.stan, self.told, self.link = 0, 0, None
        self.open, self.latest = None, {}  # an unanswered Exchange; use -> the last answered one
        self.problem = None

    def mac(self):
        return iso.Mac(self.station.mac.kind, self.keys["M"]) if "M" in self.keys else None

    def is_aes(self, use):
        return use == "M" and self.station.mac.kind == "cmac"

    def frame(self, mti, elements):
        moment = now(0)
        self.stan += 1
        message = {0: mti, 7: moment.strftime("%m%d%H%M%S"), 11: f"{self.stan:06d}", **elements}
        if mti != "0800":
            local = moment.astimezone(SEOUL)
            message.update({12: local.strftime("%H%M%S"), 13: local.strftime("%m%d"),
                            41: self.station.terminal, 42: self.station.merchant})
        return iso.frame(self.station.header,
                         iso.encode_message(self.station.profile, message, self.mac()),
                         self.station.tpdu)

    # Over the wire --------------------------------------------------------------------------------

    def connect(self):
        self.disconnect()
        self.link = Connection(self.station, self.switch.port(self.station.port), self.patience)
        if self.name == "VEND":  # which must sign on
            self.ask(self.frame("0800", {70: "001"}), self.mac(), "00")

    def disconnect(self):
        if self.link is not None:
            self.link.close()
            self.link = None

    def read(self, mac, wanted):
        data = self.link.read(self.patience)
        answer = iso.decode_message(self.station.profile, data)
        need(answer[39] == wanted, f"{self.name}: {answer[0]} says {answer[39]}")
        need(mac is None or iso.mac_is_right(self.station.profile, data, mac),
             f"{self.name}: an answer's MAC is not under its request's key")
        return answer

    def ask(self, frame, mac, wanted):
        self.link.write(frame)
        return self.read(mac, wanted)

    def verify(self):
        """The password of an active card, under the keys that the station holds."""
        block = iso.pin_block(self.keys["P"], PASSWORD, self.card)
        self.ask(self.frame("0100", {2: self.card, 3: "330000", 52: block}), self.mac(), "00")

    def read_key(self, exchange):
        """The key in the answer to this exchange."""
        tags = dict(iso.unpack_tags(self.read(exchange.mac, "00")[48]))
        try:
            key = aes_key_unwrap(self.transport, bytes.fromhex(tags["0050"]))
        except InvalidUnwrap:
            raise Wrong(f"{self.name}: a new key does not unwrap") from None
        need(tags["0051"] == check_value(key, self.is_aes(exchange.use)),
             f"{self.name}: a new key's check value is not its own")
        need(exchange.key in (None, key), f"{self.name}: the same message gets another key")
        return key

    def take(self, exchange):
        """Reads the answer; from now on the station uses what it was told."""
        exchange.key = self.read_key(exchange)
        need(self.keys[exchange.use] != exchange.key, f"{self.name}: the new key is the old one")
        self.keys[exchange.use] = exchange.key
        self.latest[exchange.use], self.open = exchange, None
        self.told += 1

    # Under load, in a thread of its own, until the switch is gone ----------------------------------

    def work(self):
        try:
            while True:
                self.exchange_once()
                if self.rng.random() < 0.5:
                    self.verify()
        except (Failure, OSError):
            pass  # killed
        except Wrong as wrong:
            self.problem = str(wrong)

    def exchange_once(self):
        use = self.rng.choice(sorted(self.keys))
        frame = self.frame("0800", {48: iso.pack_tags([("0052", use)]), 70: "161"})
        exchange = self.open = Exchange(use, frame, self.mac())
        chance = self.rng.random()
        self.link.write(frame)
        if chance < 0.3:  # the answer is lost, and the line with it
            time.sleep(self.rng.uniform(0, 0.05))
            self.connect()
            self.link.write(frame)
        elif chance < 0.5:  # too impatient: the same again at once
            self.link.write(frame)
            exchange.key = self.read_key(exchange)
        self.take(exchange)

    # After the restart ----------------------------------------------------------------------------

    def prove(self, listed):
        """`listed`: use -> the check value of the switch's key. Returns whether an open exchange had
        counted; None without one."""
        self.connect()
        counted, exchange = None, self.open
        for use, key in self.keys.items():
            same = listed[use] == check_value(key, self.is_aes(use))
            if exchange is not None and exchange.use == use:
                counted = not same
            else:
                need(same, f"{self.name}: the switch has forgotten key {use}, which it had told")
        self.verify()
        if exchange is not None:
            self.link.write(exchange.frame)
            self.take(exchange)
            need(not counted or listed[exchange.use] == check_value(exchange.key,
                                                                   self.is_aes(exchange.use)),
                 f"{self.name}: the repeat gets another key than the switch had after its restart")
            self.verify()
        for latest in self.latest.values():
            if latest.use == "M" or latest.mac == self.mac():
                self.link.write(latest.frame)
                self.read_key(latest)
        self.verify()
        return counted


class World:
    """A switch whose three stations have transport keys, on one data folder through all rounds."""

    def __init__(self, arguments, limits):
        self.arguments = arguments
        self.rng = random.Random(arguments.seed)
        self.folder = tempfile.mkdtemp(prefix="cyberpass-keys-")
        self.switch = process.Switch(arguments.switch, self._configuration(), self.folder, limits)
        os.mkdir(self.switch.data)
        self.tills = [Till(name, lot_card(place), self.switch, limits.start, self.rng.random())
                      for place, name in enumerate(TRANSPORT)]
        self.counted = {True: 0, False: 0, None: 0}  # what became of the exchange at each kill

    def _configuration(self):
        """The demo world, with a transport key for the two stations that have a MAC."""
        for name in ("demo.conf", "demo.keys", "demo.seed"):
            shutil.copy(os.path.join(os.path.dirname(self.arguments.config), name), self.folder)
        with open(os.path.join(self.folder, "demo.keys"), "a", encoding="utf-8") as file:
            for name in ("BANG", "TEL"):
                file.write(f"station DEMO-{name} transport {TRANSPORT[name]}\n")
        return os.path.join(self.folder, "demo.conf")

    def _start(self):
        self.switch.start(["ledger.window=1s", "ledger.segment-mib=8"])

    def play(self):
        self._start()
        agent = Till("AGENT", None, self.switch, 30, 0)
        agent.connect()
        for till in self.tills:
            agent.ask(agent.frame("0200", {2: till.card, 3: "900000", 4: "10000", 49: "410",
                                           48: iso.pack_tags([("0001", "01000001")])}), None, "00")
        agent.disconnect()
        for _ in range(self.arguments.rounds):
            self._round()
        self.switch.stop()

    def _round(self):
        for till in self.tills:
            till.connect()
        threads = [threading.Thread(target=till.work, daemon=True) for till in self.tills]
        for thread in threads:
            thread.start()
        time.sleep(self.rng.uniform(0.05, 0.5))
        self.switch.kill()
        for thread in threads:
            thread.join(60)
        for till in self.tills:
            need(till.problem is None, till.problem)
        self._start()
        listed = self._listed()
        for till in self.tills:
            self.counted[till.prove({"P": listed.get((till.name, "pin")),
                                     "M": listed.get((till.name, "mac"))})] += 1

    def _listed(self):
        """(station, use) -> check value."""
        done = subprocess.run([self.arguments.cpctl, "--data", self.switch.data, "key", "list"],
                              text=True, capture_output=True, timeout=60)
        need(done.returncode == 0, f"cpctl key list: {done.stderr}")
        rows = re.findall(r"(?m)^DEMO-(\w+) +(pin|mac) .* ([0-9A-F]{6})$", done.stdout)
        return {(name, use): value for name, use, value in rows}

    def close(self):
        for till in self.tills:
            till.disconnect()
        self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def summary(self):
        return (f"{self.arguments.rounds} kills, {sum(till.told for till in self.tills)} keys told; at a kill the "
                f"open exchange had counted {self.counted[True]} times, not {self.counted[False]} times")


if __name__ == "__main__":
    run(World, __doc__)
