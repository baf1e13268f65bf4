#!/usr/bin/env python3
"""Starts the present switch on the data of every format version there has been.

    check_versions.py --switch PROGRAM --cpctl PROGRAM --config FILE

Of each: the books are right, beside the running switch and after its stop; the balances are those below; what was
answered then gets that answer again, byte for byte; new messages work. The switch's clock is set back to
when the data was made, for it remembers its answers for days only.
"""

import argparse
import glob
import json
import os
import sys
import tarfile
import time

from clerk import HERE, Clerk, Switch, Wrong, available, need, pos_answer, run

# What is available, by hand, from what make_version.py played: 10000 − 3000 − 2000 + 2000, and 50000 − 12345; since
# version 3 the first card has completed a hold with 1500, and 6000 are held of the second; since version 4 the first
# was recharged with 10000, and the second has paid 4000 more.
AVAILABLE = {"1": [7000, 37655], "2": [7000, 37655], "3": [5500, 31655], "4": [15500, 27655]}
REVERSED = "a purchase of 2000"


def check_version(name, options):
    with open(os.path.join(HERE, "versions", name + ".json")) as file:
        made = json.load(file)
    switch = Switch(options.switch, options.config, 30, keep=False)
    try:
        with tarfile.open(os.path.join(HERE, "versions", name + ".tar.xz")) as tar:
            tar.extractall(switch.folder)
        offset_s = made["time"] + 60 - int(time.time())
        switch.start([f"clock.offset={offset_s}s"])
        prove_books(options.cpctl, switch.data)
        clerk = Clerk(switch, offset_s, stan=500000)
        should = AVAILABLE[name]
        need([clerk.balance(card) for card in made["cards"]] == should, "the balances are wrong")
        for message in made["messages"]:
            again = clerk.exchange("POS", bytes.fromhex(message["frame"]))
            if message["what"] == REVERSED:  # by now its answer is that
                need(pos_answer(again)[39] == "25", "a reversed purchase, repeated, is not 25")
                continue
            need(again.hex() == message["answer"],
                 f"{message['what']}, repeated, gets another answer than its first")
        new = pos_answer(clerk.exchange("POS", clerk.purchase_frame(made["cards"][0], 1000)))
        need((new[39], available(new)) == ("00", should[0] - 1000), "a new purchase is wrong")
        need(clerk.balance(clerk.new_card(10000)) == 10000, "a new card is wrong")
        need(clerk.balance(made["cards"][1]) == should[1], "a repeat has moved money")
        clerk.close()
        switch.stop()
        prove_books(options.cpctl, switch.data)
    finally:
        switch.close()


def prove_books(cpctl, data):
    status, text = run(cpctl, "--data", data, "check")
    need(status == 0, f"the books are not right: {text}")
    need("Not looked at" not in text, "the keys were not used by the check")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--switch", "--cpctl", "--config"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    names = sorted(os.path.basename(path)[:-len(".tar.xz")]
                   for path in glob.glob(os.path.join(HERE, "versions", "*.tar.xz")))
    if not names:
        print("there is no data to start on")
        return 1
    for name in names:
        try:
            check_version(name, options)
        except Wrong as wrong:
            print(f"version {name}: {wrong}")
            return 1
        print(f"version {name}: the switch starts on it, and it is right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
