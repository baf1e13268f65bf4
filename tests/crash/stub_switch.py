#!/usr/bin/env python3
"""A toy switch for the proof that the crash test can fail: right, or broken in one named way.

It speaks just enough of the protocol for the load of this folder, keeps everything in one dict, writes
each message's changes as a line to a journal before it answers, and reads the journal when it starts.
STUB_FAULT names what it does wrong; selfcheck.py lists the names. Nothing of the real switch is in it.
"""

import argparse
import os
import random
import selectors
import signal
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
from demo_world import FIRST_PORT, LOT_SIZE, STATIONS, iso, lot_card  # noqa: E402
from stub_calls import Calls  # noqa: E402
from stub_holds import HoldsAndOwners  # noqa: E402
from stub_savings import Savings  # noqa: E402
from stub_statement import Statements  # noqa: E402
from stub_store import FAULT, Store  # noqa: E402
from stub_transactions import Transactions  # noqa: E402

NOT_REMEMBERED = ("30", "58", "63", "91", "92", "96")
OF_0200 = {"00": "purchase", "20": "refund", "21": "deposit", "28": "recharge",
           "97": "points_exchange", "90": "sale", "92": "activation",
           "93": "password_change", "94": "registration", "96": "block", "98": "unblock"}
PREFUNDS = {"DEMOAGENT000001": 900_000_000_000, "DEMOAGENT000002": 100_000}


class Toy(Transactions, HoldsAndOwners, Calls, Savings, Statements):
    def __init__(self, store):
        self.store, self.random = store, random.SystemRandom()
        self.handled = 0
        if store.is_new:
            for index in range(LOT_SIZE):
                self.new_card(lot_card(index), 10_000, "stock", "12345678")
            for agent, won in PREFUNDS.items():
                store.put("prefund:" + agent, won)
            store.put("sequence", 1)
            store.put("what", "the first start")
            store.keep()

    def new_card(self, number, face, state, pin):
        self.store.put("card:" + number, {"face": face, "balance": 0 if state == "stock" else face,
                                          "state": state, "pin": pin, "wrong": 0, "blocks": [],
                                          "held": 0, "held_ever": False, "owner": None, "points": 0})

    # Frame ----------------------------------------------------------------------------------------

    def handle(self, name, station, data):
        self.handled += 1
        request = iso.decode_message(station.profile, data)
        klass = request[0][:3] + "0"
        if klass == "0800":
            return self.framed(station, {0: "0810", 39: "00", **{de: request[de] for de in (7, 11, 70)}})
        code, fields = self.decide(name, station, klass, request)
        answer = {de: request[de] for de in (2, 3, 4, 7, 11, 12, 13, 18, 37, 41, 42, 49, 90, 103)
                  if de in request}
        answer.update(fields)
        answer.update({0: f"{klass[:2]}{int(klass[2]) + 1}0", 15: request[7][:4], 39: code})
        if self.store.draft and "what" not in self.store.draft:
            self.store.put("what", klass + request[3][:2])
        self.store.keep()
        return self.framed(station, answer)

    @staticmethod
    def framed(station, answer):
        return iso.frame(station.header, iso.encode_message(station.profile, answer, station.mac))

    def decide(self, name, station, klass, request):
        store = self.store
        self.name, self.station, self.request = name, station, request
        self.key = "|".join([name, klass if klass != "0420" else "0400"]
                            + [request[de] for de in (11, 12, 13, 41, 42)])
        self.klass, self.moved = klass, None
        if klass == "0100" and request[3][:2] != "00":
            return getattr(self, {"31": "inquiry", "33": "verify", "38": "statement", "91": "collect"}[
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
        code, fields = getattr(self, {"0400": "reversal", "0420": "reversal", "0100": "hold",
                                      "0220": "completion"}.get(klass, OF_0200[request[3][:2]]))()
        if code not in ("00", "10") and klass not in ("0400", "0420"):
            fields = {}
        if code not in NOT_REMEMBERED:
            store.put("dup:" + self.key, {"content": self.content, "code": code, "fields": fields,
                                          "class": klass,
                                          "amount": self.moved if self.moved is not None else
                                          int(fields.get(4, request.get(4, 0)))})
            if klass not in ("0400", "0420"):
                store.put("by90:" + self.by90(klass + request[11] + request[7]), self.key)
                reference = self.by37(fields.get(37, request.get(37, "")))
                store.put("by37:" + reference, self.key)
                # What can be refunded by its reference; a refund bears the same one.
                if request[3][:2] == "00" and klass != "0100" and code in ("00", "10"):
                    store.put(f"paid37:{reference}|{fields.get(38, request.get(38))}", self.key)
        return code, fields

    def by90(self, text):
        return "|".join([self.name, text[:20], self.request[41], self.request[42]])

    def by37(self, reference):
        return "|".join([self.name, reference, self.request[41], self.request[42]])

    def early_keys(self):
        request = self.request
        keys = ["90" + self.by90(self.klass + request[11] + request[7]),
                "12" + "|".join([self.name] + [request[de] for de in (11, 12, 13, 41, 42)])]
        return keys + (["37" + self.by37(request[37])] if 37 in request else [])


def serve(toy, base):
    selector = selectors.DefaultSelector()
    for name, station in STATIONS.items():
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", base + station.port - FIRST_PORT))
        listener.listen(64)
        selector.register(listener, selectors.EVENT_READ, (name, station, None))
    stopped, parent = [], os.getppid()
    if FAULT == "never-stops":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    if FAULT != "never-ready":
        print("ready", flush=True)
    while not stopped and os.getppid() == parent:
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


def main(words=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--config")
    parser.add_argument("--data")
    parser.add_argument("--port-base", type=int)
    parser.add_argument("--set", action="append")
    arguments = parser.parse_args(words)
    serve(Toy(Store(arguments.data)), arguments.port_base)


if __name__ == "__main__":
    main()
