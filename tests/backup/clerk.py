"""One switch and a few stations that ask it one thing after the other: sales, purchases, reversals."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
import demo_world as world  # noqa: E402
from connection import Connection  # noqa: E402
from demo_world import STATIONS, iso  # noqa: E402
from switch_process import Switch  # noqa: E402

PASSWORD = "1234"


class Wrong(Exception):
    """The switch did not do what it should; the text says what."""


def need(right, what):
    if not right:
        raise Wrong(what)


class Clerk:
    """Sends and waits. `offset_s` is the switch's clock.offset."""

    def __init__(self, switch, offset_s=0, stan=0):
        self.switch, self.offset_s, self.stan = switch, offset_s, stan
        self.links = {}

    def _link(self, name):
        if name not in self.links:
            station = STATIONS[name]
            self.links[name] = Connection(station, self.switch.port(station.port), 30)
        return self.links[name]

    def close(self):
        for link in self.links.values():
            link.close()
        self.links.clear()

    def frame(self, name, mti, **fields):
        """A whole frame; `de4=…` are its elements, what a terminal fills in by itself is there."""
        station, moment = STATIONS[name], world.now(self.offset_s)
        local = moment.astimezone(world.SEOUL)
        self.stan += 1
        message = {0: mti, 7: moment.strftime("%m%d%H%M%S"), 11: f"{self.stan:06d}",
                   12: local.strftime("%H%M%S"), 13: local.strftime("%m%d"),
                   41: station.terminal, 42: station.merchant}
        message.update({int(key[2:]): value for key, value in fields.items()})
        if 4 in message:
            message[4], message[49] = f"{int(message[4]):012d}", "410"
        return iso.frame(station.header, iso.encode_message(station.profile, message, station.mac),
                         station.tpdu)

    def exchange(self, name, frame):
        """The answer's bytes."""
        link = self._link(name)
        link.write(frame)
        return link.read(30)

    def ask(self, name, mti, **fields):
        station = STATIONS[name]
        return iso.decode_message(station.profile,
                                  self.exchange(name, self.frame(name, mti, **fields)))

    def new_card(self, face):
        """Sold for cash by the agent, collected and activated; its number."""
        sold = self.ask("AGENT", "0200", de3="900000", de4=face,
                        de48=iso.pack_tags([("0001", f"{face:06d}01")]))
        need(sold[39] == "00", f"the sale was answered {sold[39]}")
        order = dict(iso.unpack_tags(sold[48]))["0002"]
        card = self.ask("AGENT", "0100", de3="910000",
                        de48=iso.pack_tags([("0002", order), ("0003", "001")]))
        key, tags = STATIONS["AGENT"].pin_key, dict(iso.unpack_tags(card[48]))
        initial = iso.pin_of_block(key, bytes.fromhex(tags["0005"]), card[2])
        chosen = iso.pin_block(key, PASSWORD, card[2]).hex().upper()
        active = self.ask("AGENT", "0200", de3="920000", de2=card[2],
                          de52=iso.pin_block(key, initial, card[2]),
                          de48=iso.pack_tags([("0010", chosen)]))
        need(active[39] == "00", f"the activation was answered {active[39]}")
        return card[2]

    def recharge(self, card, amount):
        answer = self.ask("AGENT", "0200", de3="280000", de2=card, de4=amount)
        need(answer[39] == "00", f"the recharge was answered {answer[39]}")

    def register(self, card, owner):
        """From now on the card earns points."""
        pin = iso.pin_block(STATIONS["SITE"].pin_key, PASSWORD, card)
        answer = self.ask("SITE", "0200", de3="940000", de2=card, de52=pin,
                          de48=iso.pack_tags([("0012", owner)]))
        need(answer[39] == "00", f"the registration was answered {answer[39]}")

    def purchase_frame(self, card, amount):
        return self.frame("POS", "0200", de3="000000", de2=card, de4=amount)

    def balance(self, card):
        answer = self.ask("OPER", "0100", de3="310000", de2=card)
        need(answer[39] == "00", f"the inquiry was answered {answer[39]}")
        return available(answer)


def available(answer):
    """The amount that DE 54 calls available (type 02), in won."""
    for at in range(0, len(answer[54]), 20):
        if answer[54][at + 2:at + 4] == "02":
            return int(answer[54][at + 8:at + 20])
    raise Wrong("the answer's DE 54 has no available balance")


def pos_answer(data):
    return iso.decode_message(STATIONS["POS"].profile, data)


def run(*command, seconds=120):
    """(exit status, everything it wrote)."""
    done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    return done.returncode, done.stdout
