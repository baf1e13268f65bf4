#!/usr/bin/env python3
"""The switch as a service: what SIGHUP and `cpctl reload` do, rotated logs, what systemd is told.

    run.py --bin build/dev/bin [--source .] [unittest options]
"""

import argparse
import os
import re
import signal
import socket
import sys
import threading
import time
import unittest

from world import (AGENT, ASCII, NEW, NEW_PORT, NEW_STATION, PATIENCE, POS, World, echo, lot_card,
                   purchase, sale, verify)
from switch_process import kill_all

ARGUMENTS = argparse.Namespace(bin="build/dev/bin", source=".")
KEY = "0123456789ABCDEFFEDCBA9876543210"


class ServiceTest(unittest.TestCase):
    """One switch for all tests of a class; each test begins with the first configuration."""

    @classmethod
    def setUpClass(cls):
        cls.world = World(os.path.abspath(ARGUMENTS.bin), os.path.abspath(ARGUMENTS.source))
        cls.addClassCleanup(cls.world.close)
        cls.world.start()
        code, text = cls.world.cpctl("key", "import", NEW, "pin", given=KEY + "\n")
        assert code == 0, text

    def tearDown(self):
        self.world.write_config(self.world.first)
        self.assertEqual(self.world.cpctl("reload")[0], 0)

    def reload(self, text):
        """Exit code and sentence of a reload of this configuration."""
        self.world.write_config(text)
        return self.world.cpctl("reload")

    def refused(self, text, *patterns):
        code, said = self.reload(text)
        self.assertEqual(code, 1, said)
        for pattern in patterns + ("nothing was changed, the switch goes on as before",):
            self.assertRegex(said, pattern)
        self.assertTrue(self.world.logged("reload refused +" + re.escape(said.split(": ", 1)[1][:40])))

    def without(self, station, text=None):
        return re.sub(rf"\[station\.{station}\]\n(?:[^\[\n].*\n|\n)*", "", text or self.world.first)


class WhatIsTaken(ServiceTest):
    def test_stations_come_and_go_and_change_and_the_others_notice_nothing(self):
        world = self.world
        with world.connect(POS) as pos, world.connect(AGENT) as agent, world.connect(ASCII) as ascii:
            self.assertEqual(pos.ask(1), (1, "00"))
            self.assertEqual(agent.ask(1), (1, "00"))
            text = self.without("DEMO-ASCII").replace(
                "role = agent\nport = 8586\n", "role = agent\nport = 8586\nmax-connections = 7\n")
            code, said = self.reload(text + NEW_STATION)
            self.assertEqual(code, 0, said)
            self.assertEqual(said.strip(), f"added {NEW}; removed DEMO-ASCII; changed DEMO-AGENT "
                                           "(max-connections); 1 connection ends")
            self.assertTrue(world.logged("reload +" + re.escape(said.strip())))
            self.assertIsNone(ascii.receive())
            self.assertTrue(world.logged(r"DEMO-ASCII +disconnect +connection \d+: its station was taken"))
            self.assertTrue(world.is_served(NEW_PORT))
            with self.assertRaises(ConnectionRefusedError):
                world.connect(ASCII)
            self.assertEqual(pos.ask(2), (2, "00"))
            self.assertEqual(agent.ask(2), (2, "00"))
            self.assertIn("of 7 now", self.connect_line(AGENT))
        self.assertEqual(self.reload(world.first)[0], 0)
        with world.connect(ASCII):
            pass
        self.assertFalse(world.is_served(NEW_PORT))

    def connect_line(self, port):
        begun = len(self.world.log())
        with self.world.connect(port) as connection:
            connection.ask(9)
            self.assertTrue(self.world.logged("connect .*", begun))
        return self.world.log()[begun:]

    def test_who_speaks_otherwise_connects_again_on_the_same_port(self):
        with self.world.connect(AGENT) as agent:
            agent.ask(1)
            code, said = self.reload(self.world.first.replace(
                "port = 8586\nprofile = iso87-binary\nheader = 2-byte\n",
                "port = 8586\nprofile = iso87-binary\nheader = 2-byte-inclusive\n"))
            self.assertEqual((code, said.strip()),
                             (0, "changed DEMO-AGENT (header); 1 connection ends"))
            self.assertIsNone(agent.receive())
        with self.world.connect(AGENT) as agent:
            data = echo(2)
            agent.send(len(data).to_bytes(2, "big") + data[2:])
            self.assertGreater(len(agent.socket.recv(4096)), 10)

    def test_a_port_goes_from_one_station_to_another(self):
        text = self.without("DEMO-ASCII") + NEW_STATION.replace(str(NEW_PORT), str(ASCII))
        self.assertEqual(self.reload(text)[0], 0)
        self.assertTrue(self.world.is_served(ASCII))

    def test_limits_and_the_level_of_the_log(self):
        code, said = self.reload(self.world.first + "\n[limits]\nconnections = 77\n\n[log]\nlevel = warning\n")
        self.assertEqual((code, said.strip()), (0, "settings limits.connections, log.level"))
        status = self.world.cpctl("status")[1]
        self.assertRegex(status, r"connections most +77\b")
        self.assertRegex(status, r"log level +warning")

    def test_a_packager_file_that_has_changed_under_its_name(self):
        source = os.path.join(ARGUMENTS.source, "config", "packagers")
        own = os.path.join(self.world.folder, "own.xml")
        with open(os.path.join(source, "iso87-binary.xml")) as file:
            xml = file.read()
        text = self.world.first + NEW_STATION + "profile = own.xml\n"
        self.write(own, xml)
        self.assertEqual(self.reload(text)[0], 0)
        with self.world.connect(NEW_PORT) as new:
            self.assertEqual(new.ask(1), (1, "00"))
            self.assertEqual(self.world.cpctl("reload"), (0, "everything is as it was\n"))
            self.assertEqual(new.ask(2), (2, "00"), "read again, the same, and not touched")
            changed = re.sub(r"\n[^\n]*id=\"102\"(?:[^<]*/>|.*?/>)", "", xml, count=1, flags=re.S)
            self.assertNotEqual(changed, xml)
            self.write(own, changed)
            code, said = self.world.cpctl("reload")
            self.assertEqual((code, said.strip()),
                             (0, f"changed {NEW} (profile); 1 connection ends"))
            self.assertIsNone(new.receive())

    def write(self, path, text):
        with open(path, "w") as file:
            file.write(text)

    def test_no_answer_is_lost_while_messages_flow(self):
        stans = range(1, 1201)
        answers = []
        with self.world.connect(POS) as pos:
            reader = threading.Thread(target=lambda: answers.extend(pos.receive() for _ in stans))
            reader.start()
            texts = [self.world.first + NEW_STATION, self.without("DEMO-ASCII"), self.world.first]
            for stan in stans:
                pos.send(purchase(stan))
                if stan % 100 == 50:
                    self.world.write_config(texts[stan // 100 % 3])
                    self.world.switch.process.send_signal(signal.SIGHUP)
                time.sleep(0.001)
            reader.join(PATIENCE)
        self.assertEqual(answers, [(stan, "14") for stan in stans])
        self.assertTrue(self.world.logged(f"reload +(added|removed) {NEW}"))


class WhatIsRefused(ServiceTest):
    def test_a_broken_file_and_nothing_of_it_is_taken(self):
        with self.world.connect(POS) as pos:
            pos.ask(1)
            broken = self.without("DEMO-ASCII") + NEW_STATION + "max-connections = none\n"
            line = broken.count("\n")
            self.refused(broken, rf"demo\.conf:{line}: station\.{NEW}\.max-connections: none is not")
            self.assertEqual(pos.ask(2), (2, "00"))
            with self.world.connect(ASCII):
                pass
            self.assertFalse(self.world.is_served(NEW_PORT))

    def test_what_needs_a_restart_is_named(self):
        self.refused(self.world.first + NEW_STATION + "[ledger]\nwindow = 20s\n[log]\nformat = json\n",
                     "ledger.window, log.format cannot be changed while the switch runs: restart it")
        self.assertFalse(self.world.is_served(NEW_PORT))

    def test_a_station_without_a_key(self):
        self.refused(self.world.first + NEW_STATION.replace(NEW, "NO-KEY"),
                     "station NO-KEY has no pin key: `cpctl key import NO-KEY pin`")

    def test_another_id(self):
        self.refused(self.world.first.replace("id = 3\n", "id = 33\n"),
                     "station DEMO-POS has another id: .* stays with the station for ever")

    def test_a_port_that_somebody_else_has(self):
        with socket.create_server(("127.0.0.1", self.world.port(NEW_PORT))):
            self.refused(self.without("DEMO-ASCII") + NEW_STATION,
                         f"station {NEW}: cannot listen on .* the port is in use")
            with self.world.connect(ASCII):
                pass

    def test_a_key_file_that_was_altered_and_the_keys_that_were_there_still_count(self):
        path = os.path.join(self.world.switch.data, "keys")
        with open(path) as file:
            keys = file.read()
        try:
            with open(path, "w") as file:
                file.write(keys.replace("station DEMO-POS pin", "station DEMO-VEX pin"))
            self.refused(self.world.first, "keys")
        finally:
            with open(path, "w") as file:
                file.write(keys)
        self.assertTrue(self.world.is_served(POS))


class Logs(ServiceTest):
    def test_a_file_that_was_moved_away_and_the_new_one_hold_every_line(self):
        world, moved = self.world, self.world.log_file + ".1"
        self.addCleanup(os.remove, moved)
        stans = range(5001, 5601)
        with world.connect(POS) as pos:
            for stan in stans:
                pos.send(purchase(stan))
                if stan == 5300:
                    os.rename(world.log_file, moved)
                    world.switch.process.send_signal(signal.SIGHUP)
                self.assertEqual(pos.receive(), (stan, "14"))
                if stan == 5400:
                    self.assertTrue(world.logged("reload  "))
        self.assertTrue(world.logged(r"purchase +005600 "))
        before, after = world.log(moved), world.log()
        told = re.findall(r"purchase +(005\d\d\d) ", before + after)
        self.assertEqual(told, [f"{stan:06d}" for stan in stans])
        self.assertEqual(before.count("reload  "), 0)
        self.assertGreaterEqual(after.count("purchase"), 200)

    def test_it_is_opened_again_though_the_rest_is_refused(self):
        moved = self.world.log_file + ".2"
        os.rename(self.world.log_file, moved)
        self.addCleanup(os.remove, moved)
        self.world.write_config("no such thing\n")
        self.world.switch.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self.world.log_file) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertTrue(self.world.logged("reload refused .*demo.conf:1: neither"))


class Keys(ServiceTest):
    def test_what_changed_is_named_by_check_value_and_no_key_is_shown(self):
        path = os.path.join(self.world.switch.data, "keys")
        with open(path) as file:
            before = file.read()
        code, text = self.world.cpctl("key", "import", "DEMO-POS", "pin", given="1" + KEY[1:] + "\n")
        self.assertEqual(code, 0, text)
        check_value = re.search("check value ([0-9A-F]{6})", text).group(1)
        with open(path) as file:
            after = file.read()
        for keys in (before, after):
            with open(path, "w") as file:
                file.write(keys)
            code, said = self.world.cpctl("reload")
        self.assertEqual((code, said.strip()), (0, f"keys DEMO-POS pin (check value {check_value})"))
        self.assertEqual(self.world.log().count(KEY[1:16]), 0)


    def test_no_password_is_refused_and_no_answer_lost_while_keys_are_changed(self):
        card, stop, sent, answers = lot_card(50), threading.Event(), [], []
        with self.world.connect(AGENT) as agent:
            agent.send(sale(1, card))
            self.assertEqual(agent.receive(), (1, "00"))
        with self.world.connect(POS) as pos:
            def send():
                while not stop.is_set():
                    sent.append(len(sent) + 1)
                    pos.send(verify(sent[-1], card))
                    time.sleep(0.001)
                pos.socket.shutdown(socket.SHUT_WR)

            def receive():
                while (answer := pos.receive()) is not None:
                    answers.append(answer)

            threads = [threading.Thread(target=work) for work in (send, receive)]
            for thread in threads:
                thread.start()
            try:
                for what in 2 * ("card_index", "card_seal", "password", "exchanged", "storage", "master"):
                    code, text = self.world.cpctl("key", "rotate", what)
                    self.assertEqual(code, 0, text)
                    self.assertIn("the switch uses them now", text)
                code, text = self.world.cpctl("key", "import", "DEMO-AGENT", "pin", given=KEY + "\n")
                self.assertEqual(code, 0, text)
            finally:
                stop.set()
                for thread in threads:
                    thread.join(PATIENCE)
        self.assertEqual(answers, [(stan, "00") for stan in sent])
        self.assertGreater(len(sent), 100)


    def test_a_key_of_no_station_is_told(self):
        code, text = self.world.cpctl("key", "import", "DEMO-PSO", "pin", given=KEY + "\n")
        self.assertEqual(code, 0, text)
        self.assertIn("DEMO-PSO pin (check value 08D7B4; no station has this name)", text)


class Restart(unittest.TestCase):
    def test_a_station_that_a_reload_took_away_is_not_missed_by_the_next_start(self):
        world = World(os.path.abspath(ARGUMENTS.bin), os.path.abspath(ARGUMENTS.source))
        self.addCleanup(world.close)
        world.start()
        world.write_config(re.sub(r"\[station\.DEMO-ASCII\]\n(?:[^\[\n].*\n|\n)*", "", world.first))
        self.assertEqual(world.cpctl("reload")[0], 0)
        world.switch.stop()
        world.start()
        self.assertTrue(world.is_served(POS))
        with self.assertRaises(ConnectionRefusedError):
            world.connect(ASCII)


class Cards(ServiceTest):
    def test_a_number_that_no_list_of_processes_shows(self):
        card = lot_card(51)
        code, text = self.world.cpctl("card", "-", given=card + "\n")
        self.assertEqual(code, 0, text)
        self.assertIn(f"{card[:6]}******{card[-4:]}", text)
        self.assertNotIn(card, text)
        code, text = self.world.cpctl("card", "-")
        self.assertEqual(code, 2)
        self.assertIn("standard input has no card number", text)


class Systemd(unittest.TestCase):
    def setUp(self):
        self.world = World(os.path.abspath(ARGUMENTS.bin), os.path.abspath(ARGUMENTS.source))
        self.addCleanup(self.world.close)
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notified.close)
        self.notified.bind(os.path.join(self.world.folder, "notify"))
        self.notified.settimeout(PATIENCE)

    def start(self, **variables):
        variables["NOTIFY_SOCKET"] = self.notified.getsockname()
        os.environ.update(variables)
        try:
            self.world.start()
        finally:
            for name in variables:
                del os.environ[name]

    def next(self):
        """The next datagram as a dictionary."""
        return dict(line.split("=", 1) for line in self.notified.recv(4096).decode().split("\n"))

    def next_but_watchdog(self):
        while (told := self.next()) == {"WATCHDOG": "1"}:
            pass
        return told

    def test_it_is_told_of_start_reload_and_stop(self):
        self.start()
        told = self.next()
        self.assertEqual(told["READY"], "1")
        self.assertIn("cpswitch ready: 9 stations", told["STATUS"])
        before_us = time.monotonic_ns() // 1000
        self.world.switch.process.send_signal(signal.SIGHUP)
        told = self.next()
        self.assertEqual(told["RELOADING"], "1")
        self.assertGreaterEqual(int(told["MONOTONIC_USEC"]), before_us)
        told = self.next()
        self.assertEqual(told["READY"], "1")
        self.assertIn("everything is as it was", told["STATUS"])
        self.world.write_config("broken\n")
        self.assertEqual(self.world.cpctl("reload")[0], 1)
        self.assertEqual(self.next()["RELOADING"], "1")
        told = self.next()
        self.assertEqual(told["READY"], "1", "it goes on serving")
        self.assertIn("demo.conf:1", told["STATUS"])
        self.world.switch.stop()
        self.assertEqual(self.next(), {"STOPPING": "1"})

    def test_the_watchdog_hears_from_it_while_it_goes_round(self):
        self.start(WATCHDOG_USEC="600000")
        self.assertEqual(self.next_but_watchdog()["READY"], "1")
        for _ in range(3):
            self.assertEqual(self.next(), {"WATCHDOG": "1"})
        self.world.switch.process.send_signal(signal.SIGSTOP)
        self.notified.settimeout(1)
        with self.assertRaises(TimeoutError):
            while True:
                self.next()
        self.world.switch.process.send_signal(signal.SIGCONT)
        self.notified.settimeout(PATIENCE)
        self.assertEqual(self.next(), {"WATCHDOG": "1"})
        self.world.switch.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default=ARGUMENTS.bin)
    parser.add_argument("--source", default=ARGUMENTS.source)
    options, rest = parser.parse_known_args()
    vars(ARGUMENTS).update(vars(options))
    for what in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(what, lambda number, _: (kill_all(), sys.exit(128 + number)))
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
