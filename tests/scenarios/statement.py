"""A statement as its answer carries it: entries of 103 bytes in tag 0043, sums of 23 in tag 0044. No I/O."""

import dataclasses
import datetime
import re

from connection import Failure
from demo_world import iso

KINDS = ("SA", "RC", "PU", "TE", "RF", "RV", "DP", "PX", "CL", "FE")
ENTRY_SIZE, SUM_SIZE, PAGE_SIZE = 103, 23, 6


@dataclasses.dataclass(frozen=True)
class Entry:
    moment: datetime.datetime
    kind: str
    sign: str
    amount: int
    balance: int
    number: int
    merchant: str
    name: str

    def text(self):
        """As an `expect` writes it."""
        return (f"{self.kind} {self.sign} {self.amount} {self.balance} {self.number} "
                f"{self.merchant} {self.name}")

    def signed(self):
        return self.amount if self.sign == "C" else -self.amount


@dataclasses.dataclass(frozen=True)
class Sum:
    kind: str
    sign: str
    amount: int
    date: str

    def signed(self):
        return self.amount if self.sign == "C" else -self.amount


def _pieces(text, size, what):
    data = iso.to_bytes(text)
    if not data or len(data) % size:
        raise Failure(f"{what} has {len(data)} bytes, no multiple of {size}")
    return [data[at:at + size] for at in range(0, len(data), size)]


def entries(text):
    """Of tag 0043."""
    found = []
    for piece in _pieces(text, ENTRY_SIZE, "0043"):
        fixed = piece[:63].decode("ascii", "replace")
        match = re.fullmatch(r"(\d{14})([A-Z]{2})([CD])(\d{12})(\d{12})(\d{7})([ -~]{15})", fixed)
        if match is None:
            raise Failure(f"an entry of 0043 begins {fixed!r}")
        when, kind, sign, amount, balance, number, merchant = match.groups()
        found.append(Entry(datetime.datetime.strptime(when, "%Y%m%d%H%M%S"), kind, sign, int(amount),
                           int(balance), int(number), merchant.rstrip(" "),
                           piece[63:].decode("utf-8").rstrip(" ")))
    return found


def sums(text):
    """Of tag 0044."""
    found = []
    for piece in _pieces(text, SUM_SIZE, "0044"):
        match = re.fullmatch(r"([A-Z]{2})([CD])(\d{12})(\d{8})", piece.decode("ascii", "replace"))
        if match is None:
            raise Failure(f"a sum of 0044 is {piece!r}")
        kind, sign, amount, date = match.groups()
        found.append(Sum(kind, sign, int(amount), date))
    return found


def check(tags):
    """What holds for every statement."""
    if "0043" in tags:
        page = entries(tags["0043"])
        if len(page) > PAGE_SIZE:
            raise Failure(f"0043 has {len(page)} entries")
        for entry in page:
            if entry.kind not in KINDS or not entry.amount:
                raise Failure(f"an entry of 0043 is {entry.text()}")
        for newer, older in zip(page, page[1:]):
            if newer.number != older.number + 1 or newer.moment < older.moment \
                    or newer.balance != older.balance + newer.signed():
                raise Failure(f"0043: {newer.text()} does not follow {older.text()}")
    if "0044" in tags:
        *kinds, last = sums(tags["0044"])
        order = [KINDS.index(one.kind) if one.kind in KINDS else -1 for one in kinds]
        if last.kind != "BA" or order != sorted(set(order)) or -1 in order:
            raise Failure(f"0044 has {' '.join(one.kind for one in kinds)} {last.kind}")
        if sum(one.signed() for one in kinds) != last.signed():
            raise Failure("the sums of 0044 are not the balance")
        if any(one.sign == "D" and not one.amount for one in kinds + [last]):
            raise Failure("a sum of zero in 0044 is D")


def look_up(key, pairs):
    """The value of a key of language.STATEMENT_KEYS, as text, or None."""
    tags = dict(pairs)
    if key == "48.tags":
        return " ".join(tag for tag, _ in pairs) or None
    _, tag, what, *more = key.split(".")
    if tag == "0044":
        if tag not in tags:
            return None
        if what == "dates":
            return " ".join(f"{one.kind} {one.date}" for one in sums(tags[tag]))
        return " ".join(f"{one.kind} {one.sign} {one.amount}" for one in sums(tags[tag]))
    page = entries(tags[tag]) if tag in tags else []
    if what == "count":
        return str(len(page))
    if int(what) > len(page):
        return None
    entry = page[int(what) - 1]
    return entry.moment.strftime("%Y%m%d") if more else entry.text()
