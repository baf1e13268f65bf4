#!/usr/bin/env python3
"""Takes a backup of a switch under load and restores it: all of it, to a transaction, after kills.

    check_restore.py --switch PROGRAM --cpctl PROGRAM --config FILE
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time

from clerk import Clerk, Switch, Wrong, available, need, pos_answer, run

SETTINGS = ["ledger.window=1s", "ledger.segment-mib=1", "ledger.journal-mib=64"]
FACE = 50000


class Load(threading.Thread):
    """Purchases of one won, one after the other, until it is told to end or the switch is gone."""

    def __init__(self, switch, card):
        super().__init__(daemon=True)
        self.clerk, self.card = Clerk(switch, stan=100000), card
        self.answered = []  # (frame, answer), in order
        self.is_over = False
        self.start()

    def run(self):
        while not self.is_over:
            frame = self.clerk.purchase_frame(self.card, 1)
            try:
                answer = self.clerk.exchange("POS", frame)
            except Exception:  # killed: nothing was answered
                return
            self.answered.append((frame, answer))

    def wait_for(self, count):
        deadline = time.monotonic() + 60
        while len(self.answered) < count:
            need(time.monotonic() < deadline and self.is_alive(), "the switch answers no more")
            time.sleep(0.005)

    def end(self):
        self.is_over = True
        self.join(60)
        self.clerk.close()


def numbers_of(switch):
    """STAN -> number in the ledger, of the purchases in the log."""
    lines = re.findall(r" 0200 purchase +(\d{6}) .* #(\d+)", switch.logs())
    return {stan: int(number) for stan, number in lines}


def stan_of(answer):
    return pos_answer(answer)[11]


class Drill:
    def __init__(self, options):
        self.options = options
        self.switch = Switch(options.switch, options.config, 30, keep=False)
        self.folder = self.switch.folder
        self.keys = os.path.join(self.folder, "kept")

    def path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def copy_keys(source, target):
        for name in ("keys", "master.key"):
            shutil.copy2(os.path.join(source, name), os.path.join(target, name))

    def cpctl(self, *words):
        return run(self.options.cpctl, "--data", self.switch.data, *words)

    def restore_command(self, backup, target, *more):
        return [self.options.switch, "--config", self.options.config, "--restore", backup,
                "--data", target, *map(str, more)]

    def restore(self, backup, target, *more):
        """Into a folder that has the keys already; (exit status, what it said)."""
        if not os.path.exists(target):
            os.mkdir(target, 0o700)
            self.copy_keys(self.keys, target)
        return run(*self.restore_command(backup, target, *more))

    def use(self, data):
        """Restarts the switch on this folder."""
        self.switch.data = data
        self.switch.start(SETTINGS)

    # The parts of the drill, each on what the one before has left ---------------------------------

    def take_under_load(self):
        self.switch.start(SETTINGS)
        os.mkdir(self.keys, 0o700)
        self.copy_keys(self.switch.data, self.keys)
        clerk = Clerk(self.switch)
        self.card = clerk.new_card(FACE)
        clerk.close()
        load = Load(self.switch, self.card)
        time.sleep(3)  # windows are applied: the tables' mark is in the midst of the purchases
        load.wait_for(50)
        before = len(load.answered)
        status, text = self.cpctl("backup", self.path("backup"))
        need(status == 0, f"the backup failed: {text}")
        self.first = int(re.search(r"restorable from +#(\d+)", text).group(1))
        self.last = int(re.search(r"restorable to +#(\d+)", text).group(1))
        load.wait_for(len(load.answered) + 20)
        self.switch.kill()
        load.end()
        # Nobody else asks, so the load's numbers follow each other; the kill took the last log lines.
        self.answered, numbers = load.answered, numbers_of(self.switch)
        self.opening = numbers[stan_of(load.answered[0][1])]
        for at in (1, len(load.answered) // 2):
            need(numbers[stan_of(load.answered[at][1])] == self.opening + at, "the log is wrong")
        newest = self.opening + before - 1
        need(newest <= self.last, "the backup lacks what was answered before it was asked for")
        need(self.last < self.opening + len(load.answered) - 1,
             "the load had ended before the backup; this proves nothing")
        need(self.first < self.last, "the backup's journal is empty; this proves nothing")
        need(os.stat(self.path("backup")).st_mode & 0o777 == 0o700, "others may look into it")

    def restore_to(self, wanted, name):
        """To a transaction, or all; then the first that is not there is taken as a new one."""
        data = self.path(name)
        more = [] if wanted is None else ["--to-sequence", wanted]
        status, text = self.restore(self.path("backup"), data, *more)
        need(status == 0, f"the restore failed: {text}")
        end = int(re.search(r"restored to transaction #(\d+)", text).group(1))
        need(end == (wanted or self.last), f"restored to #{end} instead of #{wanted or self.last}")
        status, text = run(self.options.cpctl, "--data", data, "check")
        need(status == 0, f"the restored books are not right: {text}")
        self.use(data)
        clerk = Clerk(self.switch, stan=900000)
        paid = end - self.opening + 1  # each of them one won
        need(clerk.balance(self.card) == FACE - paid, "the restored balance is wrong")
        for frame, answer in self.answered[paid - 5:paid]:
            need(clerk.exchange("POS", frame) == answer, "a repeat gets another answer")
        need(clerk.balance(self.card) == FACE - paid, "a repeat has moved money")
        for frame, _ in self.answered[paid:paid + 3]:
            paid += 1
            new = pos_answer(clerk.exchange("POS", frame))
            need((new[39], available(new)) == ("00", FACE - paid), "a lost purchase is not taken")
        clerk.close()
        self.switch.stop()
        need(run(self.options.cpctl, "--data", data, "check")[0] == 0, "the books went wrong")

    def refuse_what_is_wrong(self):
        backup, new = self.path("backup"), self.path("new")

        def refused(what, outcome, wanted_status, *sentence):
            status, text = outcome
            need(status == wanted_status and all(part in text for part in sentence),
                 f"{what}: {status}, {text}")

        refused("too early an end", self.restore(backup, new, "--to-sequence", self.first - 1), 2,
                f"#{self.first} to #{self.last}")
        refused("too late an end", self.restore(backup, new, "--to-sequence", self.last + 1), 2,
                f"#{self.first} to #{self.last}")
        refused("a folder in use", self.restore(backup, self.path("all")), 2, "is not empty")
        refused("a start on a backup", run(self.options.switch, "--config", self.options.config,
                                           "--data", backup), 2, "--restore")
        need(sorted(os.listdir(backup)) == ["journal", "ledger.mdb", "manifest"],
             "a refused start has left something in the backup")
        other = self.path("other")
        os.mkdir(other, 0o700)
        station_keys = os.path.join(os.path.dirname(self.options.config), "demo.keys")
        with open(station_keys) as stations, open(os.path.join(other, "keys"), "w") as file:
            file.write(stations.read())
            for use in ("card_index", "card_seal", "password", "exchanged"):
                file.write(f"storage {use} 1 {os.urandom(32).hex()}\n")
        os.chmod(os.path.join(other, "keys"), 0o600)
        refused("another data's keys", run(*self.restore_command(backup, other)), 2, "key file")
        with open(os.path.join(backup, "ledger.mdb"), "r+b") as file:
            file.seek(20000)
            byte = file.read(1)
            file.seek(20000)
            file.write(bytes([byte[0] ^ 1]))
        refused("a garbled backup", self.restore(backup, new), 2, "damaged", "ledger.mdb")
        with open(os.path.join(backup, "ledger.mdb"), "r+b") as file:
            file.seek(20000)
            file.write(byte)

    def refuse_to_back_up(self):
        self.use(self.path("all"))
        for folder in (self.path("backup"), os.path.join(self.path("all"), "inside"),
                       "/proc/no-such-place"):
            status, text = self.cpctl("backup", folder)
            need(status == 1 and "cpctl: " in text, f"a backup to {folder}: {status}, {text}")
        status, text = self.cpctl("status")
        need(status == 0, "the switch is gone after backups that failed")

    def kill_midway(self):
        """The switch during a backup, then a restore during its work."""
        for attempt in range(10):
            unfinished = self.path(f"unfinished{attempt}")
            asker = subprocess.Popen([self.options.cpctl, "--data", self.switch.data, "backup",
                                      unfinished], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            wait_for_file(os.path.join(unfinished, "manifest.unfinished"), asker)
            self.switch.kill()
            asker.wait(60)
            if not os.path.exists(os.path.join(unfinished, "manifest")):
                break
            self.use(self.path("all"))
        else:
            raise Wrong("ten backups were too quick to be killed")
        status, text = self.restore(unfinished, self.path("new"))
        need(status == 2 and "not finished" in text, f"an unfinished backup: {status}, {text}")

        half = self.path("half")
        restorer = subprocess.Popen(self.restore_command(self.path("backup"), half),
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_file(os.path.join(half, "restoring"), restorer)
        restorer.kill()
        restorer.wait(60)
        need(os.path.exists(os.path.join(half, "restoring")), "the restore was too quick")
        status, text = run(self.options.switch, "--config", self.options.config, "--data", half)
        need(status == 2 and "not come to its end" in text, f"a half restore: {status}, {text}")
        status, text = self.restore(self.path("backup"), half)
        need(status == 0, f"a second try after a kill: {text}")

    def run(self):
        try:
            self.take_under_load()
            self.restore_to(None, "all")
            self.restore_to((self.first + self.last) // 2, "middle")
            self.refuse_what_is_wrong()
            self.refuse_to_back_up()
            self.kill_midway()
        except Exception:
            if not self.switch.ended():
                self.switch.stop()  # it writes its last lines
            print(f"the switch said: {self.switch.tail(12)}")
            raise
        finally:
            self.switch.close()


def wait_for_file(path, process):
    deadline = time.monotonic() + 60
    while not os.path.exists(path) and process.poll() is None:
        need(time.monotonic() < deadline, f"{path} is not made")
        time.sleep(0.0005)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--switch", "--cpctl", "--config"):
        parser.add_argument(name, required=True)
    try:
        Drill(parser.parse_args()).run()
    except Wrong as wrong:
        print(wrong)
        return 1
    print("backup and restore are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
