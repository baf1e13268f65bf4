"""The toy switch's statements: what was posted to a card, and what a broken one makes of it."""

import datetime

from demo_world import SEOUL, iso
from stub_store import FAULT
from stub_transactions import BLOCKS

KINDS = ("SA", "RC", "PU", "TE", "RF", "RV", "DP", "PX")
OF_0200 = {"20": "RF", "21": "DP", "28": "RC", "90": "SA", "97": "PX"}
ON_A_PAGE = 6


class Statements:
    """A part of the toy."""

    def enter(self, number, won):
        """Of the message in hand."""
        kind = "RV" if self.klass[1] == "4" else OF_0200.get(
            self.request[3][:2], "TE" if self.name == "TEL" else "PU")
        moment = datetime.datetime.now(SEOUL).strftime("%Y%m%d%H%M%S")
        count = (self.store.get("entries:" + number) or 0) + 1
        self.store.put("entries:" + number, count)
        self.store.put(f"entry:{number}:{count}", (moment, kind, won, self.request[42]))

    def statement(self):
        is_operator = self.name == "OPER"
        code, card = self.gate(passing=BLOCKS if is_operator else (), asks=not is_operator)
        if code:
            return code, {}
        entries = self.entries(self.request[2])
        cursor = self.tag("0042")
        newest = int(cursor) - (FAULT == "page-skips") if cursor else len(entries)
        page = entries[max(0, newest - ON_A_PAGE):newest]
        left = newest - len(page)
        tags = [("0042", str(left))] if left else []
        tags.append(("0043", "".join(map(self.line, reversed(page)))))
        if cursor is None:
            tags.append(("0044", self.summary(entries, card)))
        return "00", {48: iso.pack_tags(tags)}

    def entries(self, number):
        """[(number, moment, kind, won, balance, merchant)], the oldest first."""
        stored = [self.store.get(f"entry:{number}:{place + 1}")
                  for place in range(self.store.get("entries:" + number) or 0)]
        if self.store.restarted:
            stored = spoiled(stored)
        made, balance = [], 0
        for place, entry in enumerate(stored):
            if entry is not None:
                balance += entry[2]
                made.append((place + 1, entry[0], entry[1], entry[2], balance, entry[3]))
        return made

    def line(self, entry):
        number, moment, kind, won, balance, merchant = entry
        if FAULT == "old-balance" and self.store.restarted and number % 5 == 0:
            balance -= won
        return (f"{moment}{kind}{'D' if won < 0 else 'C'}{abs(won):012d}{max(0, balance):012d}"
                f"{number:07d}{merchant:15s}{'Merchant':40s}")

    def summary(self, entries, card):
        sums = {}
        for _, moment, kind, won, _, _ in entries:
            sums[kind] = [sums.get(kind, (0,))[0] + won, moment[:8]]
        if self.store.restarted and "RC" in sums:
            if FAULT in ("sum-off", "sum-moved"):
                sums["RC"][0] += 1
            if FAULT == "sum-moved":
                sums["SA"][0] -= 1
        lines = [(kind, *sums[kind]) for kind in KINDS if kind in sums]
        lines.append(("BA", card["balance"], datetime.datetime.now(SEOUL).strftime("%Y%m%d")))
        return "".join(f"{kind}{'D' if won < 0 else 'C'}{abs(won):012d}{day}"
                       for kind, won, day in lines)


def spoiled(stored):
    """What some broken recoveries make of a card's entries."""
    if FAULT == "entry-lost" and len(stored) > 3:
        return stored[:2] + [None] + stored[3:]
    if FAULT == "pair-added":  # consistent in itself
        moment, _, won, _ = stored[0]
        made_up = [(moment, "PU", -won, "DEMOMART0000001"), (moment, "RV", won, "DEMOMART0000001")]
        return stored[:1] + made_up + stored[1:]
    if FAULT == "entry-kind":
        return [entry[:1] + ["DP" if entry[1] == "RC" else entry[1]] + entry[2:]
                for entry in map(list, stored)]
    if FAULT == "call-entry-kind":
        return [entry[:1] + ["PU" if entry[1] == "TE" else entry[1]] + entry[2:]
                for entry in map(list, stored)]
    if FAULT == "pair-lost":
        for back, entry in enumerate(stored):
            pairs = (place for place in range(1, back)
                     if stored[place][2] == -entry[2] and stored[place][3] == entry[3])
            first = next(pairs, None) if entry[1] == "RV" else None
            if first is not None:
                return [e for place, e in enumerate(stored) if place not in (first, back)]
    return stored
