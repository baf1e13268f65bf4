#!/usr/bin/env python3
"""Makes the data that later versions of the switch must start on: run once for a format version.

    make_version.py --switch PROGRAM --config FILE --name VERSION

Writes versions/VERSION.tar.xz (a data folder as a kill left it: part of it in LMDB, part of it in the
journal) and versions/VERSION.json (the frames that were sent, and their answers). What the balances must be
stands, written by hand, in check_versions.py; so a script that plays something else fails there.
"""

import argparse
import json
import lzma
import os
import signal
import sys
import tarfile
import time

from clerk import HERE, Clerk, Switch, iso, need, pos_answer

SETTINGS = ["ledger.window=1s", "ledger.segment-mib=1", "ledger.journal-mib=4"]


def play(switch):
    """What is in the data: [(what, frame, answer)], and the cards."""
    clerk = Clerk(switch)
    told = []

    def send(what, frame, wanted):
        answer = clerk.exchange("POS", frame)
        got = pos_answer(answer)[39]
        need(got == wanted, f"{what} was answered {got}")
        told.append((what, frame.hex(), answer.hex()))
        asked = iso.decode_message(iso_profile(), iso.unframe("2-byte", frame, False)[1])
        return {**pos_answer(answer), **asked}

    first, second = clerk.new_card(10000), clerk.new_card(50000)
    send("a purchase of 3000", clerk.purchase_frame(first, 3000), "00")
    undone = send("a purchase of 2000", clerk.purchase_frame(first, 2000), "00")
    time.sleep(4)  # two windows: what came so far is in LMDB
    original = "0200" + undone[11] + undone[7] + "0" * 22
    send("the reversal of 2000", clerk.frame("POS", "0420", de3="000000", de2=first, de4=2000,
                                             de90=original), "00")
    send("a purchase of 12345", clerk.purchase_frame(second, 12345), "00")
    send("a purchase of more than there is", clerk.purchase_frame(second, 900000), "51")
    for amount in (5000, 1000):  # the second raises the first
        send(f"a hold of {amount}", clerk.frame("POS", "0100", de3="000000", de2=second, de4=amount,
                                                de37="SEAT00000001"), "00")
    held = send("a hold of 2000", clerk.frame("POS", "0100", de3="000000", de2=first, de4=2000), "00")
    send("its completion with 1500", clerk.frame("POS", "0220", de3="000000", de2=first, de4=1500,
                                                 de37=held[37], de38=held[38]), "00")
    clerk.recharge(first, 10000)
    clerk.register(second, "HONG01")
    send("a purchase of 4000 that earns points", clerk.purchase_frame(second, 4000), "00")
    clerk.close()
    return told, [first, second]


def iso_profile():
    return "iso87-binary"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--switch", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--name", required=True)
    options = parser.parse_args()
    switch = Switch(options.switch, options.config, 30, keep=False)
    try:
        switch.start(SETTINGS)
        begun = int(time.time())
        told, cards = play(switch)
        switch.process.send_signal(signal.SIGKILL)
        switch.process.wait()
        folder = os.path.join(HERE, "versions")
        for name in ("control.sock", "lock", "ledger.mdb-lock"):
            if os.path.exists(os.path.join(switch.data, name)):
                os.remove(os.path.join(switch.data, name))
        with lzma.open(os.path.join(folder, options.name + ".tar.xz"), "wb", preset=9) as packed:
            with tarfile.open(fileobj=packed, mode="w") as tar:
                tar.add(switch.data, "data", filter=without_owner)
        with open(os.path.join(folder, options.name + ".json"), "w") as file:
            json.dump({"time": begun, "cards": cards,
                       "messages": [{"what": what, "frame": frame, "answer": answer}
                                    for what, frame, answer in told]}, file, indent=1)
            file.write("\n")
    finally:
        switch.close()


def without_owner(entry):
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    sys.exit(main())
