"""The toy switch's memory: one dict whose changes are a journal's lines; what broken recoveries make of them."""

import json
import os

FAULT = os.environ.get("STUB_FAULT", "")

# What is lost (-1) or done twice (+1): keys, field, of which messages, of the latest how many lines.
CHANGED = {
    "half": (-1, "card:", "balance", "", 40),
    "twice": (1, "card:", "balance", "020000", 30),
    "hold-forgotten": (-1, "card:", "held", "010000", 300),
    "completion-twice": (1, "card:", "balance", "022000", 300),
    "grant-forgotten": (-1, "card:", "held", "010000 call", 300),
    "call-forgotten": (-1, "card:", "balance", "022000 call", 300),
    "call-rest-held": (-1, "card:", "held", "022000 call", 300),
    "rest-held": (-1, "card:", "held", "022000", 300),
    "still-held": (-1, "card:", "held", "undo 1000", 1_000),
    "deposit-lost": (-1, "card:", "balance", "020021", 300),
    "prefund-deposit-lost": (-1, "prefund:", None, "020021", 1_000),
    "deposit-back-lost": (-1, "card:", "balance", "undo 2021", 1_000),
    "recharge-twice": (1, "card:", "balance", "020028", 1_000),
    "recharge-unpaid": (-1, "prefund:", None, "020028", 1_000),
    "points-lost": (-1, "card:", "points", "020000", 300),
    "points-kept": (-1, "card:", "points", "undo 2000", 1_000),
    "points-kept-at-refund": (-1, "card:", "points", "020020", 1_000),
    "exchanged-for-nothing": (-1, "card:", "points", "020097", 10_000),
}
# A field of a card that is what it was before.
FORGOTTEN = {
    "change-forgotten": ("pin", "020093", 1_000),
    "owner-forgotten": ("owner", "020094", 1_000),
    "block-forgotten": ("blocks", "020096", 1_000),
    "unblock-forgotten": ("blocks", "020098", 1_000),
}


def changed(lines, factor, prefix, field, what, last):
    """Figures, with all that follows from them."""
    before, offset = {}, {}
    for index, line in enumerate(lines):
        for key in [key for key in line if key.startswith(prefix)]:
            won = line[key][field] if field else line[key]
            if index >= len(lines) - last and line["what"].startswith(what):
                offset[key] = offset.get(key, 0) + factor * (won - before.get(key, won))
            before[key] = won
            if field:
                line[key][field] = won + offset.get(key, 0)
            else:
                line[key] = won + offset.get(key, 0)


def forgotten(lines, field, what, last):
    before, shown = {}, {}
    for index, line in enumerate(lines):
        for key in [key for key in line if key.startswith("card:")]:
            value = line[key][field]
            if value != before.get(key) and not (
                    index >= len(lines) - last and line["what"].startswith(what)):
                shown[key] = value
            before[key] = value
            line[key][field] = shown.get(key, value)


class Store:
    """A dict whose changes are a journal's lines."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.values, self.draft, self.unwritten = {}, {}, []
        path = os.path.join(folder, "journal")
        lines = []
        if os.path.exists(path):
            with open(path, "r+b") as file:
                whole = file.read()
                whole = whole[:whole.rfind(b"\n") + 1]
                file.truncate(len(whole))  # a line that a kill cut was never answered
            lines = [json.loads(line) for line in whole.splitlines()]
        self.is_new, self.restarted = not lines, bool(lines)
        for line in self._spoiled(lines):
            self.values.update(line)
        self.journal = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    @staticmethod
    def _spoiled(lines):
        """What a broken recovery makes of the journal."""
        def without(prefix, last):
            for line in lines[1:][-last:]:  # the first one is the demo world, without which nothing runs
                for key in [key for key in line if key.startswith(prefix)]:
                    del line[key]
        if FAULT == "lost-tail":
            return lines[:-5]
        if FAULT in CHANGED:
            changed(lines, *CHANGED[FAULT])
        elif FAULT in FORGOTTEN:
            forgotten(lines, *FORGOTTEN[FAULT])
        elif FAULT == "no-memory":
            without("dup:", 200)
        elif FAULT == "sale-again":
            for line in lines[-300:]:
                if any(key.startswith("order:") for key in line):
                    for key in [key for key in line if key.startswith("dup:")]:
                        del line[key]
        elif FAULT == "forget-undone":
            without("undone:", 10 ** 9)
        elif FAULT == "forget-early":
            without("early:", 10 ** 9)
        elif FAULT == "prefund":
            without("prefund:", 10)
        elif FAULT == "orders":
            without("order:", 10 ** 9)
        elif FAULT == "refunded":
            without("refunded:", 10 ** 9)
        elif FAULT == "activation":
            for line in lines[-400:]:
                for value in line.values():
                    if isinstance(value, dict) and value.get("state") == "active":
                        value["state"] = "sold"
        elif FAULT == "wrong-count":
            for line in lines:
                for value in line.values():
                    if isinstance(value, dict) and "wrong" in value:
                        value["wrong"] = max(0, value["wrong"] - 1)
        return lines

    def get(self, key):
        return self.draft[key] if key in self.draft else self.values.get(key)

    def put(self, key, value):
        self.draft[key] = value

    def keep(self):
        """Before the answer leaves, the line is in the file."""
        if not self.draft:
            return
        self.values.update(self.draft)
        self.unwritten.append(json.dumps(self.draft) + "\n")
        self.draft = {}
        if FAULT != "late-write" or len(self.unwritten) >= 40:
            os.write(self.journal, "".join(self.unwritten).encode())
            self.unwritten.clear()

    def drop(self):
        self.draft = {}
