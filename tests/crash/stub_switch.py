#!/usr/bin/env python3
"""A toy switch for the proof that the crash test can fail: right, or broken in one named way.

It speaks just enough of the protocol for the load of this folder, keeps everything in one dict, writes
each message's changes as a line to a journal before it answers, and reads the journal when it starts.
STUB_FAULT names what it does wrong; selfcheck.py lists the names. Nothing of the real switch is in it.
"""

import argparse
import json
import os
import random
import selectors
import signal
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
from demo_world import FIRST_PORT, LOT_SIZE, STATIONS, iso, lot_card  # noqa: E402

FAULT = os.environ.get("STUB_FAULT", "")
NOT_REMEMBERED = ("30", "58", "63", "91", "92", "96")
PREFUNDS = {"DEMOAGENT000001": 900_000_000_000, "DEMOAGENT000002": 100_000}


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
            for line in lines[-last:]:
                for key in [key for key in line if key.startswith(prefix)]:
                    del line[key]
        if FAULT == "lost-tail":
            return lines[:-5]
        if FAULT == "half":
            balances = {}
            for index, line in enumerate(lines):
                for key in [key for key in line if key.startswith("card:")]:
                    if index >= len(lines) - 40:
                        line[key]["balance"] = balances.get(key, line[key]["balance"])
                    balances[key] = line[key]["balance"]
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
        elif FAULT == "twice":
            for line in lines[-30:]:
                for key, value in line.items():
                    if key.startswith("card:") and value["state"] == "active" and value["moved"] < 0:
                        value["balance"] += value["moved"]
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


class Toy:
    def __init__(self, store):
        self.store, self.random = store, random.SystemRandom()
        self.handled = 0
        if store.is_new:
            for index in range(LOT_SIZE):
                self.new_card(lot_card(index), 10_000, "stock", "12345678")
            for agent, won in PREFUNDS.items():
                store.put("prefund:" + agent, won)
            store.put("sequence", 1)
            store.keep()

    def new_card(self, number, face, state, pin):
        self.store.put("card:" + number, {"face": face, "balance": 0 if state == "stock" else face,
                                          "state": state, "pin": pin, "wrong": 0, "blocked": False,
                                          "moved": 0})

    # Frame ----------------------------------------------------------------------------------------

    def handle(self, name, station, data):
        self.handled += 1
        request = iso.decode_message(station.profile, data)
        klass = request[0][:3] + "0"
        code, fields = self.decide(name, station, klass, request)
        answer = {de: request[de] for de in (2, 3, 4, 7, 11, 12, 13, 18, 37, 41, 42, 49, 90)
                  if de in request}
        answer.update(fields)
        answer.update({0: f"{klass[:2]}{int(klass[2]) + 1}0", 15: request[7][:4], 39: code})
        self.store.keep()
        return iso.frame(station.header, iso.encode_message(station.profile, answer, station.mac))

    def decide(self, name, station, klass, request):
        store = self.store
        self.name, self.station, self.request = name, station, request
        self.key = "|".join([name, klass if klass != "0420" else "0400"]
                            + [request[de] for de in (11, 12, 13, 41, 42)])
        if klass == "0100":
            return getattr(self, {"31": "inquiry", "33": "verify", "91": "collect"}[
                request[3][:2]])()
        self.content = [request.get(de) for de in (2, 3, 4, 90)]
        known = store.get("dup:" + self.key)
        if known is not None:
            if known["content"] != self.content and FAULT != "no-94":
                return "94", {}
            if store.get("undone:" + self.key) and not (
                    FAULT == "undone-again" and self.random.random() < 0.1):
                return "25", {}
            fields = {int(de): value for de, value in known["fields"].items()}
            if store.restarted and 38 in fields and FAULT == "other-approval":
                fields[38] = f"{self.random.randrange(10 ** 6):06d}"
            if store.restarted and 54 in fields and FAULT == "fresh-balance" and 2 in request:
                fields.update(self.card_amounts(store.get("card:" + request[2])))
            if store.restarted and FAULT == "other-code" and known["code"] == "51":
                return "61", fields
            return known["code"], fields
        code, fields = getattr(self, {"0400": "reversal", "0420": "reversal"}.get(
            klass, {"00": "purchase", "20": "refund", "90": "sale", "92": "activation"}.get(
                request[3][:2])))()
        if klass == "0200" and code != "00" and code not in NOT_REMEMBERED:
            fields = {}
        if code not in NOT_REMEMBERED:
            store.put("dup:" + self.key, {"content": self.content, "code": code, "fields": fields,
                                          "amount": int(request.get(4, 0))})
            if klass == "0200":
                store.put("by90:" + self.by90(klass + request[11] + request[7]), self.key)
                reference = self.by37(fields.get(37, request.get(37, "")))
                store.put("by37:" + reference, self.key)
                if request[3][:2] == "00":  # a refund bears its purchase's reference
                    store.put("paid37:" + reference, self.key)
                if code != "00":
                    store.put("declined:" + self.key, True)
        return code, fields

    def by90(self, text):
        return "|".join([self.name, text[:20], self.request[41], self.request[42]])

    def by37(self, reference):
        return "|".join([self.name, reference, self.request[41], self.request[42]])

    def early_keys(self):
        request = self.request
        keys = ["90" + self.by90("0200" + request[11] + request[7]),
                "12" + "|".join([self.name] + [request[de] for de in (11, 12, 13, 41, 42)])]
        return keys + (["37" + self.by37(request[37])] if 37 in request else [])

    # Transactions ---------------------------------------------------------------------------------

    @staticmethod
    def card_amounts(card):
        return {54: "".join(f"00{kind}410C{card['balance']:012d}" for kind in ("01", "02"))}

    def approval(self):
        number = self.store.get("sequence") + 1
        self.store.put("sequence", number)
        fields = {38: f"{number % 10 ** 6:06d}"}
        if 37 not in self.request:
            fields[37] = f"S{number:011d}"
        return fields

    def gate(self, wanted="active"):
        """(code or None, card): state, block, password."""
        card = dict(self.store.get("card:" + self.request[2]) or {})
        if not card or card["state"] == "closed":
            return "14", card
        if card["state"] != wanted:
            return ("57" if wanted == "sold" else "14"), card
        if card["blocked"]:
            return ("62" if self.name != "OPER" else None), card
        if 52 in self.request:
            pin = iso.pin_of_block(self.station.pin_key, self.request[52], self.request[2])
            if pin != card["pin"]:
                return self.wrong(card), card
            if card["wrong"]:
                card["wrong"] = 0
                self.store.put("card:" + self.request[2], card)
        return None, card

    def wrong(self, card):
        if self.store.get("wrong:" + self.key) and FAULT != "count-every":
            return "55"
        self.store.put("wrong:" + self.key, True)
        card["wrong"] += 1
        card["blocked"] = card["wrong"] == 5 and FAULT != "never-block"
        self.store.put("card:" + self.request[2], card)
        return "75" if card["wrong"] == 5 else "55"

    def was_reversed(self):
        return any(self.store.get("early:" + key) for key in self.early_keys())

    def verify(self):
        code, card = self.gate()
        return (code, {}) if code else ("00", {38: "000000", **self.card_amounts(card)})

    def inquiry(self):
        code, card = self.gate()
        if code is None and FAULT == "inquiry" and self.random.random() < 0.1:
            card["balance"] += 1
        return (code, {}) if code else ("00", self.card_amounts(card))

    def move(self, number, won):
        card = dict(self.store.get("card:" + number))
        card["balance"] += won
        card["moved"] = won
        self.store.put("card:" + number, card)
        return card

    def purchase(self):
        if self.was_reversed():
            return "25", {}
        code, card = self.gate()
        if code:
            return code, {}
        amount = int(self.request[4])
        if amount > card["balance"]:
            return "51", {}
        card = self.move(self.request[2], -amount)
        return "00", {**self.approval(), **self.card_amounts(card)}

    def refund(self):
        if self.was_reversed():
            return "25", {}
        store, request = self.store, self.request
        index, name = ("by90:", request[90][:20]) if 90 in request else ("paid37:", request[37])
        found = (store.get(index + "|".join([self.name, name, terminal, request[42]]))
                 for terminal in self.terminals())
        key = next(filter(None, found), None)
        original = store.get("dup:" + key) if key else None
        if original is None or original["code"] != "00":
            return "25", {}
        undone = store.get("undone:" + key)
        left = original["amount"] if not undone else undone["left"]
        refunded = max(0, store.get("refunded:" + key) or 0)
        amount = int(request[4])
        if left - refunded <= 0:
            return "25", {}
        if amount > left - refunded:
            return "13", {}
        store.put("refunded:" + key, refunded + amount)
        store.put("refund-of:" + self.key, key)
        card = self.move(request[2], amount)
        return "00", {**self.approval(), **self.card_amounts(card)}

    def terminals(self):
        prefix = self.request[41][:3] if self.name != "BANG" else "BANG"
        return [f"{prefix}{number:0{8 - len(prefix)}d}" for number in range(1, 7)]

    def sale(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        lines = dict(iso.unpack_tags(request[48]))["0001"]
        faces = [int(lines[at:at + 6]) for at in range(0, len(lines), 8)
                 for _ in range(int(lines[at + 6:at + 8]))]
        if 2 in request and store.get("card:" + request[2])["state"] != "stock":
            return "57", {}
        left = store.get("prefund:" + request[42]) - sum(faces)
        if left < 0:
            return "61", {44: "PREFUND"}
        fields = self.approval()
        order = f"{fields[38]:0>16s}"
        cards = []
        for face in faces:
            if 2 in request:
                card = dict(store.get("card:" + request[2]))
                card.update(state="active", balance=face, moved=0)
                store.put("card:" + request[2], card)
                cards.append(request[2])
                continue
            digits = f"941012{self.random.randrange(10 ** 9):09d}"
            cards.append(digits + iso.luhn_digit(digits))
            self.new_card(cards[-1], face, "sold", f"{self.random.randrange(10 ** 8):08d}")
        store.put("prefund:" + request[42], left)
        store.put("order:" + order, cards)
        store.put("sold:" + self.key, cards)
        if FAULT == "sale-half" and len(faces) > 2 and store.restarted:
            store.draft.pop("prefund:" + request[42])
        return "00", {**fields, 54: f"3002410C{left:012d}", 48: iso.pack_tags(
            [("0002", order), ("0003", f"{len(faces):03d}")])}

    def collect(self):
        tags = dict(iso.unpack_tags(self.request[48]))
        cards = self.store.get("order:" + tags["0002"])
        if cards is None:
            return "25", {}
        number = cards[int(tags["0003"]) - 1]
        card = self.store.get("card:" + number)
        if card["state"] != "sold":
            return "25", {}
        block = iso.pin_block(self.station.pin_key, card["pin"], number).hex().upper()
        pin_number = "903456781234" if FAULT != "other-pin" or not self.store.restarted else \
            "903456781235"
        return "00", {2: number, 48: iso.pack_tags([("0004", pin_number), ("0005", block),
                                                    ("0006", "20310101")])}

    def activation(self):
        if self.was_reversed():
            return "25", {}
        code, card = self.gate("sold")
        if code:
            return code, {}
        block = bytes.fromhex(dict(iso.unpack_tags(self.request[48]))["0010"])
        card.update(state="active",
                    pin=iso.pin_of_block(self.station.pin_key, block, self.request[2]))
        if FAULT == "password" and self.store.restarted:
            card["pin"] = "99999"
        self.store.put("card:" + self.request[2], card)
        return "00", {**self.approval(), **self.card_amounts(card)}

    def reversal(self):
        store, request = self.store, self.request
        if 90 in request:
            name = "90" + self.by90(request[90])
            key = store.get("by90:" + name[2:])
        elif 37 in request:
            name = "37" + self.by37(request[37])
            key = store.get("by37:" + name[2:])
        else:
            own = "|".join([self.name] + [request[de] for de in (11, 12, 13, 41, 42)])
            name = "12" + own
            key = f"{self.name}|0200|" + own.partition("|")[2]
            key = key if store.get("dup:" + key) else None
        if key is None or store.get("dup:" + key) is None:
            store.put("early:" + name, True)
            return "00", {}
        original = store.get("dup:" + key)
        undone = store.get("undone:" + key)
        if original["code"] == "00" and (undone is None or undone["left"]):
            left = undone["left"] if undone else original["amount"]
            real = int(request[95][:12]) if 95 in request else 0
            code = self.undo(key, original, left - real)
            if code != "00":
                return code, {}
            store.put("undone:" + key, {"left": real})
        else:
            store.put("undone:" + key, {"left": undone["left"] if undone else 0})
        return "00", {}

    def undo(self, key, original, won):
        store, content = self.store, original["content"]
        if content[1][:2] == "00":
            if store.get("refunded:" + key):
                return "25"
            if FAULT != "reversal-moves-nothing" or not store.restarted:
                self.move(content[0], won)
        elif content[1][:2] == "20":
            if store.get("card:" + content[0])["balance"] < won:
                return "51"
            of = store.get("refund-of:" + key)
            store.put("refunded:" + of, (store.get("refunded:" + of) or 0) - won)
            self.move(content[0], -won)
        else:
            cards = store.get("sold:" + key)
            stock = content[0] is not None
            if not stock and any(store.get("card:" + c)["state"] != "sold" for c in cards) \
                    and FAULT != "unsell":
                return "25"
            agent = key.split("|")[-1]
            store.put("prefund:" + agent, store.get("prefund:" + agent) + original["amount"])
            for number in cards:
                card = dict(store.get("card:" + number))
                card.update(state="stock" if stock else "closed", balance=0)
                store.put("card:" + number, card)
        return "00"


def serve(toy, base):
    selector = selectors.DefaultSelector()
    for name, station in STATIONS.items():
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", base + station.port - FIRST_PORT))
        listener.listen(64)
        selector.register(listener, selectors.EVENT_READ, (name, station, None))
    if FAULT != "never-ready":
        print("ready", flush=True)
    stopped = []
    if FAULT == "never-stops":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    while not stopped:
        for key, _ in selector.select(0.05):
            name, station, data = key.data
            if data is None:
                connection, _ = key.fileobj.accept()
                selector.register(connection, selectors.EVENT_READ, (name, station, bytearray()))
                continue
            try:
                piece = key.fileobj.recv(65536)
            except OSError:
                piece = b""
            if not piece:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                continue
            data += piece
            size = iso.header_size(station.header)
            while len(data) >= size:
                length = iso.unpack_header(station.header, bytes(data[:size]))
                if len(data) < size + length:
                    break
                answer = toy.handle(name, station, bytes(data[size:size + length]))
                del data[:size + length]
                if FAULT == "ends" and toy.handled == 300:
                    sys.exit(3)
                if FAULT == "deaf" and toy.store.restarted and toy.handled % 100 == 0:
                    continue
                try:
                    key.fileobj.sendall(answer)
                except OSError:
                    break
            if FAULT == "closes" and toy.store.restarted and toy.handled > 200:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                toy.handled = 0
    if FAULT == "bad-exit":
        sys.exit(4)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    parser.add_argument("--data")
    parser.add_argument("--port-base", type=int)
    parser.add_argument("--set", action="append")
    arguments = parser.parse_args()
    time.sleep(0.02)
    serve(Toy(Store(arguments.data)), arguments.port_base)


if __name__ == "__main__":
    main()
