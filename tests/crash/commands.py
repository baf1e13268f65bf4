#!/usr/bin/env python3
"""The switch is killed while an operator's commands run, again and again; what it told him is there afterwards.

    commands.py --switch build/release/bin/cpswitch --config config/demo.conf [--rounds 20] [--seed N]

Over the control socket one operator makes lots and continues interrupted ones, another changes limits, products and rates.
SIGKILL comes at a random moment. After the restart: a lot has the cards that the progress told of at least, and the
cards it says, one each (`cpctl check`); limits, products and rates are as the last answer had them, or as the command
without an answer wanted them. In the end all lots are continued, printed and opened: no two cards have the same number.
"""

import datetime
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time

import control
import process
from demo_world import SEOUL, now
from verdict import need, run

MOST_PRODUCTS = 200  # the switch has numbers for 255, the demo world has some
MADE = "Made "       # how our products' names begin, and no other's


class Operator:
    """Gives commands until the switch is gone, and knows afterwards what must be true."""

    def __init__(self, data, seed, killed):
        self.data, self.rng, self.killed = data, random.Random(seed), killed
        self.problem = None
        self.told = 0  # commands that ended well

    def ask(self, request):
        return list(control.ask(self.data, request))

    def work(self):
        try:
            while True:
                self.command()
        except control.Gone as gone:
            if not self.killed.is_set():
                self.problem = f"{type(self).__name__}: an answer broke off while the switch ran: {gone}"
        except Exception as wrong:  # whatever it is, the main thread must hear of it
            self.problem = f"{type(self).__name__}: {wrong!r}"


class LotMaker(Operator):
    def __init__(self, data, seed, killed):
        super().__init__(data, seed, killed)
        self.lots = {}     # number -> (cards wanted, cards told at least)
        self.open = None   # [number, None where it is not told yet; cards wanted; told at least]

    def command(self):
        unfinished = [lot for lot, (wanted, made) in self.lots.items() if made < wanted]
        if unfinished and self.rng.random() < 0.7:
            lot = self.rng.choice(unfinished)
            self._make(lot, self.lots[lot][0], {"command": "continue-lot", "lot": lot})
        else:
            wanted = self.rng.choice((1, 30, 400, 4000))
            self._make(None, wanted, {"command": "create-lot", "face": 10_000, "count": wanted})

    def _make(self, number, wanted, request):
        self.open = [number, wanted, 0]
        for line in control.ask(self.data, request):
            if line["kind"] == "progress":
                need(line["of"] == wanted and line["done"] >= self.open[2],
                     f"lot {number}'s progress says {line}")
                self.open[2] = line["done"]
            else:
                need(line["kind"] == "lot" and line["cards"] == wanted, f"of {wanted} cards: {line}")
                self.lots[line["lot"]] = (wanted, wanted)
                self.open = None
                self.told += 1

    def prove(self):
        listed = {line["lot"]: line for line in self.ask({"command": "lots"})}
        if self.open is not None:
            self._settle(listed)
        need(listed.keys() == self.lots.keys(), f"lots {sorted(listed)} are not {sorted(self.lots)}")
        for number, (wanted, made) in self.lots.items():
            line = listed[number]
            need(line["wanted"] == wanted and wanted >= line["made"] >= made,
                 f"lot {number} of {wanted} cards, {made} told: {line}")
            need(line["state"] == ("complete" if line["made"] == wanted else "interrupted"),
                 f"lot {number} is neither whole nor interrupted: {line}")
            self.lots[number] = (wanted, line["made"])

    def _settle(self, listed):
        """What the killed switch was making when it went."""
        number, wanted, told = self.open
        self.open = None
        if number is None:
            new = [lot for lot in listed if lot not in self.lots]
            need(len(new) == 1 or (not new and told == 0),
                 f"one lot was begun, {told} cards of it were told, and there are {new}")
            if not new:
                return
            number = new[0]
        before = self.lots.get(number, (wanted, 0))[1]
        self.lots[number] = (wanted, max(before, told))

    def finish(self):
        for number, (wanted, made) in self.lots.items():
            if made < wanted:
                self._make(number, wanted, {"command": "continue-lot", "lot": number})


class Ruler(Operator):
    """What he wants differs each time, so that it tells which command it was of."""

    def __init__(self, data, seed, killed):
        super().__init__(data, seed, killed)
        self.step = 0
        self.is_so = {}    # name of a thing -> what it was told to be
        self.wanted = {}   # what the command without an answer wanted of it
        self.commands = {"limit": self._set_limit, "product": self._add_product,
                         "end": self._end_product, "rates": self._load_rates}

    def command(self):
        name = self.rng.choices(list(self.commands), (4, 1, 1, 4))[0]
        self.step += 1
        request, changes = self.commands[name]()
        if request is None:
            return
        self.wanted = changes
        self.ask(request)
        self.is_so.update(changes)
        self.wanted = {}
        self.told += 1

    def _set_limit(self):
        name = self.rng.choice(("transaction", "day", "balance", "recharge"))
        won = 1_000_000 + self.step
        return {"command": "set-limits", name: won}, {f"limit {name}": won}

    def _add_product(self):
        if sum(name.startswith("product") for name in self.is_so) >= MOST_PRODUCTS:
            return None, None
        return ({"command": "add-product", "face": 20_001 + self.step, "name": f"{MADE}{self.step}"},
                {f"product {MADE}{self.step}": True})

    def _end_product(self):
        sold = {line["name"]: line["number"] for line in self.ask({"command": "products"})
                if line["sold"] and line["name"].startswith(MADE)}
        if not sold:
            return None, None
        name = self.rng.choice(sorted(sold))
        return {"command": "end-product", "number": sold[name]}, {f"product {name}": False}

    def _load_rates(self):
        """A table to come, in the place of one for the same minute or beside the others."""
        minute = (now(0).astimezone(SEOUL) + datetime.timedelta(days=2)).strftime("%Y-%m-%d 12:")
        since = f"{minute}{self.rng.randrange(30):02d}"
        table = f"prefix,won,unit_s,connection_won\n02,{self.step},60,0\n,{self.step},180,0\n"
        return ({"command": "rates-load", "table": table, "from": since},
                {f"rates {since}:00": self.step})

    def _look(self):
        found = {}
        for line in self.ask({"command": "limits"}):
            found |= {f"limit {name}": line[f"{name}_won"]
                      for name in ("transaction", "day", "balance", "recharge")}
        for line in self.ask({"command": "products"}):
            if line["name"].startswith(MADE):
                found[f"product {line['name']}"] = line["sold"]
        name = None
        for line in self.ask({"command": "rates"}):
            if line["kind"] == "rates":
                name = None if line["in_force"] else f"rates {line['from']}"
                need(name is None or line["rows"] == 2, f"half of a rate table: {line}")
            elif name is not None:
                need(found.setdefault(name, line["won"]) == line["won"], f"two tables in one: {line}")
        return found

    def prove(self):
        found = self._look()
        for name, told in self.is_so.items():
            may_be = {told, self.wanted.get(name, told)}
            need(found.get(name) in may_be, f"{name} is {found.get(name)}, not one of {may_be}")
        made = {name for name in found if not name.startswith("limit")}
        need(made <= self.is_so.keys() | self.wanted.keys(), f"nobody made all of {sorted(made)}")
        for name in self.wanted.keys() & found.keys():
            if name in self.is_so or found[name] == self.wanted[name]:
                self.is_so[name] = found[name]
        self.wanted = {}


class World:
    """A switch on one data folder through all rounds, and its two operators."""

    def __init__(self, arguments, limits):
        self.arguments, self.limits = arguments, limits
        self.rng = random.Random(arguments.seed)
        self.folder = tempfile.mkdtemp(prefix="cyberpass-commands-")
        self.switch = process.Switch(arguments.switch, arguments.config, self.folder, limits)
        self.killed = threading.Event()  # set before the kill
        self.lots = LotMaker(self.switch.data, self.rng.random(), self.killed)
        self.ruler = Ruler(self.switch.data, self.rng.random(), self.killed)
        self.rounds, self.interrupted = 0, 0

    def play(self):
        self._start()
        while self.rounds < self.arguments.rounds or not self._showed_something():
            need(self.rounds < 10 * self.arguments.rounds,
                 "nothing was under way at any kill, or nothing was told")
            self._round()
        self.lots.finish()
        self._prove_numbers()
        self.switch.stop()
        self._check()

    def _showed_something(self):
        return self.interrupted > 0 and self.lots.told > 0 and self.ruler.told > 0

    def _start(self):
        self.switch.start(["ledger.window=1s", "ledger.segment-mib=1"])

    def _round(self):
        operators = (self.lots, self.ruler)
        threads = [threading.Thread(target=operator.work, daemon=True) for operator in operators]
        for thread in threads:
            thread.start()
        time.sleep(self.rng.uniform(0.01, 1))
        self.killed.set()
        self.switch.kill()
        for operator, thread in zip(operators, threads):
            thread.join(60)
            need(not thread.is_alive(), f"{type(operator).__name__} waits for the killed switch")
            need(operator.problem is None, operator.problem)
        self.killed.clear()
        self._check()
        self._start()
        self.rounds += 1
        self.interrupted += self.lots.open is not None
        for operator in operators:
            operator.prove()

    def _check(self):
        right, text = process.check_books(self.arguments.cpctl, self.switch.data, self.limits)
        need(right, f"cpctl check: {text}")

    def _cpctl(self, *words):
        done = subprocess.run([self.arguments.cpctl, "--data", self.switch.data, *words], text=True,
                              capture_output=True, timeout=self.limits.check)
        need(done.returncode == 0, f"cpctl {' '.join(words)}: {done.stderr}")

    def _prove_numbers(self):
        """What the card printer gets: every card of every lot, each with numbers of its own."""
        key = os.path.join(self.folder, "printer.key")
        with open(os.path.join(os.path.dirname(self.arguments.config), "demo.keys"),
                  encoding="utf-8") as keys, open(key, "w", encoding="utf-8") as file:
            file.writelines(line.split()[-1] + "\n" for line in keys if " printer " in f" {line}")
        numbers, pins = set(), set()
        for lot, (wanted, _) in sorted(self.lots.lots.items()):
            sealed, opened = (os.path.join(self.folder, f"lot-{lot}{end}") for end in ("", ".csv"))
            self._cpctl("lot", "print", str(lot), "--to", sealed)
            self._cpctl("lot", "open", sealed, "--to", opened, "--from", key)
            with open(opened, encoding="utf-8") as file:
                rows = [line.split(",") for line in file.read().splitlines()[1:]]
            need(len(rows) == wanted, f"lot {lot} of {wanted} cards has {len(rows)} in its file")
            before = len(numbers)
            numbers |= {row[0] for row in rows}
            pins |= {row[1] for row in rows}
            need(len(numbers) == len(pins) == before + wanted, f"lot {lot} has a number twice")

    def close(self):
        self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def summary(self):
        cards = sum(wanted for wanted, _ in self.lots.lots.values())
        return (f"{self.rounds} kills, {self.interrupted} of them within a lot; {len(self.lots.lots)} "
                f"lots of {cards} cards; {self.ruler.told} changes of limits, products and rates told")


if __name__ == "__main__":
    run(World, __doc__)
