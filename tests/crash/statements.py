"""A card's statement: what its pages say, and whether that can be true and is what the answers say."""

import collections
import dataclasses

from demo_world import iso
from request import COMPLETION, DEPOSIT, EXCHANGE, RECHARGE, REFUND, SALE, SPENDING

ENTRY_BYTES, SUM_BYTES, MOST_ON_A_PAGE = 103, 23, 6
KINDS = ("SA", "RC", "PU", "TE", "RF", "RV", "DP", "PX", "CL", "FE")
OF_KIND = {RECHARGE: "RC", REFUND: "RF", DEPOSIT: "DP", EXCHANGE: "PX"}


@dataclasses.dataclass(frozen=True)
class Entry:
    day: str
    kind: str
    won: int        # below zero: the card gave it
    balance_won: int
    number: int
    merchant: str


@dataclasses.dataclass(frozen=True)
class Page:
    entries: list
    cursor: str     # None on the last one
    sums: list      # [(kind, won, day of the latest)], None but on the first


def _signed(text):
    return int(text[1:]) * (1 if text[:1] == "C" else -1)


def _pieces(text, size):
    """Of so many bytes each: names are UTF-8."""
    data = iso.to_bytes(text)
    if len(data) % size:
        raise ValueError(f"{len(data)} bytes are no whole number of {size}")
    return [iso.to_text(data[at:at + size]) for at in range(0, len(data), size)]


def read_page(answer):
    """Raises ValueError when it cannot be read."""
    tags = dict(iso.unpack_tags(answer.get(48, "")) or ())
    entries = []
    for text in _pieces(tags.get("0043", ""), ENTRY_BYTES):
        if not text[63:].strip() or text[16] not in "CD":
            raise ValueError("an entry without a merchant's name, or neither credit nor debit")
        entries.append(Entry(text[:8], text[14:16], _signed(text[16:29]), int(text[29:41]),
                             int(text[41:48]), text[48:63].rstrip()))
    sums = [(text[:2], _signed(text[2:15]), text[15:])
            for text in _pieces(tags["0044"], SUM_BYTES)] if "0044" in tags else None
    return Page(entries, tags.get("0042"), sums)


def wrong_page(page, is_first):
    """A sentence, or None: what must be so of any page at any moment."""
    if (page.sums is not None) != is_first:
        return "a statement's summary is on the first page and on no other"
    if len(page.entries) > MOST_ON_A_PAGE or (page.cursor and len(page.entries) < MOST_ON_A_PAGE):
        return f"a page of {len(page.entries)} entries"
    return wrong_order(page.entries) or (wrong_sums(page) if is_first else None)


def wrong_order(entries):
    """Newest first, numbered without gaps, each balance what the one before it and the amount make."""
    for newer, older in zip(entries, entries[1:]):
        if newer.number != older.number + 1:
            return f"entry {newer.number} of the statement is followed by entry {older.number}"
        if newer.balance_won != older.balance_won + newer.won:
            return (f"the balances in the statement do not follow from one another: "
                    f"{older.balance_won} and {newer.won} make {newer.balance_won} in entry "
                    f"{newer.number}")
        if newer.day < older.day:
            return f"entry {newer.number} of the statement is older than the one before it"
    return None


def wrong_sums(page):
    kinds = [kind for kind, _, _ in page.sums]
    if kinds[-1:] != ["BA"] or kinds[:-1] != [kind for kind in KINDS if kind in kinds]:
        return "the statement's summary has other lines than it must: " + " ".join(kinds)
    total, balance_won = sum(won for _, won, _ in page.sums[:-1]), page.sums[-1][1]
    if total != balance_won:
        return f"the statement's summary sums to {total} won, its balance is {balance_won}"
    if page.entries and page.entries[0].balance_won != balance_won:
        return (f"the statement's newest entry leaves {page.entries[0].balance_won} won, its "
                f"balance is {balance_won}")
    return None


# All pages, when everything is answered ---------------------------------------------------------------

def wrong_whole(pages, card, card_won):
    """A sentence, or None."""
    entries, sums = [entry for page in pages for entry in page.entries], pages[0].sums
    what = wrong_order(entries)
    if what:
        return what
    if not entries or entries[-1].number != 1 or entries[-1].balance_won != entries[-1].won:
        return "the statement does not begin with entry 1"
    if sums[-1][1] != card_won:
        return f"the statement's balance is {sums[-1][1]} won, by the answers it must be {card_won}"
    found = collections.defaultdict(int)
    latest = {}
    for entry in reversed(entries):
        found[entry.kind] += entry.won
        latest[entry.kind] = entry.day
    told = {kind: (won, day) for kind, won, day in sums[:-1]}
    for kind in sorted(told.keys() | found.keys()):
        if told.get(kind) != (found[kind], latest.get(kind)):
            return (f"the statement's summary has {told.get(kind)} for {kind}, its entries make "
                    f"{found[kind]}, the latest of {latest.get(kind)}")
    return wrong_entries(entries, card)


def wrong_entries(entries, card):
    """Each that an answer tells of is there once. What was reversed before its answer was seen may be there too,
    with its reversal. Where nothing moved, as by a call of no seconds, there is none."""
    found = collections.Counter((e.kind, e.won, e.merchant) for e in entries)
    wanted, perhaps = collections.Counter(), []
    for request in card.sales + card.payments:
        if request.is_approved and request.moved_won:
            won = card.face if request.kind == SALE else request.moved_won
            line = _line(request, won)
            wanted[line] += 1
            if request.is_reversed():
                back = _back(line, won - request.left_won())
                wanted[back] += back[1] != 0
        elif request.code == "25" and request.is_reversed():
            perhaps.append(request)
    return _compare(found, +wanted, perhaps, card)


def _line(request, won):
    kind = OF_KIND.get(request.kind) or ("SA" if request.kind == SALE else
                                         "TE" if request.station == "TEL" else "PU")
    return kind, -won if request.kind in SPENDING else won, request.merchant


def _back(line, won):
    return "RV", won if line[1] < 0 else -won, line[2]


def _compare(found, wanted, perhaps, card):
    missing, more = wanted - found, found - wanted
    if missing:
        return "an entry of the statement is missing: " + shown(missing)
    for request in perhaps:
        # A completion posts at most its amount; how much, no answer has told.
        for line in sorted(more):
            if line[0] == "RV":
                continue
            own = _line(request, abs(line[1]))
            back = _back(own, abs(line[1]))
            fits = abs(line[1]) <= request.amount_won if request.kind == COMPLETION else \
                abs(line[1]) == request.amount_won
            if fits and own == line and more[line] > 0 and more[back] > 0:
                more[line] -= 1
                more[back] -= 1
                break
    more = +more
    return "the statement has an entry that no answer tells of: " + shown(more) if more else None


def shown(lines):
    return ", ".join(f"{kind} {won} at {merchant}" + (f" ×{count}" if count > 1 else "")
                     for (kind, won, merchant), count in list(lines.items())[:3])
