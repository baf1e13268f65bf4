"""The demo world in a folder of its own, whose configuration and keys a test may change."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "scenarios"), os.path.join(HERE, "..", "golden")]
import iso8583 as iso  # noqa: E402
from demo_world import STATIONS, lot_card  # noqa: E402
from switch_process import Switch  # noqa: E402

PATIENCE = 30.0  # s; no test waits longer for anything
POS, AGENT, ASCII = 8583, 8586, 8589
NEW, NEW_PORT = "NEW-SHOP", 8590

NEW_STATION = f"""
[station.{NEW}]
id = 30
role = terminal
port = {NEW_PORT}
"""


def echo(stan):
    """A framed 0800 with DE 70 = 301."""
    message = {0: "0800", 7: "1122011530", 11: f"{stan:06d}", 70: "301"}
    return iso.frame("2-byte", iso.encode_message("iso87-binary", message))


def purchase(stan):
    """A framed 0200 on a card that is not there: 14, remembered, and so written to the journal."""
    message = {0: "0200", 2: "9410129999999995", 3: "000000", 4: "000000005000", 7: "1122011530",
               11: f"{stan:06d}", 12: "101530", 13: "1122", 41: "POS00001", 42: "DEMOMART0000001",
               49: "410"}
    return iso.frame("2-byte", iso.encode_message("iso87-binary", message))


def sale(stan, card):
    """An agent's, framed 0200: the card of the demo lot is good from then on."""
    message = {0: "0200", 2: card, 3: "900000", 4: "000000010000", 7: "1122011530",
               11: f"{stan:06d}", 12: "101530", 13: "1122", 41: "AGT00001", 42: "DEMOAGENT000001",
               48: iso.pack_tags([("0001", "01000001")]), 49: "410"}
    return iso.frame("2-byte", iso.encode_message("iso87-binary", message))


def verify(stan, card):
    """A framed 0100 of DEMO-POS with the password that the demo lot's cards have."""
    message = {0: "0100", 2: card, 3: "330000", 7: "1122011530", 11: f"{stan:06d}", 12: "101530",
               13: "1122", 41: "POS00001", 42: "DEMOMART0000001",
               52: iso.pin_block(STATIONS["POS"].pin_key, "12345678", card)}
    return iso.frame("2-byte", iso.encode_message("iso87-binary", message))


class Connection:
    """A station's; every wait has an end."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._data = bytearray()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """(STAN, DE 39) of the next answer, or None at the end."""
        while len(self._data) < 2 or len(self._data) < 2 + int.from_bytes(self._data[:2], "big"):
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return None
            self._data += piece
        size = 2 + int.from_bytes(self._data[:2], "big")
        message = iso.decode_message("iso87-binary", bytes(self._data[2:size]))
        del self._data[:size]
        return int(message[11]), message[39]

    def ask(self, stan):
        self.send(echo(stan))
        return self.receive()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class World:
    def __init__(self, binaries, source):
        self.binaries = binaries
        self.folder = tempfile.mkdtemp(prefix="cyberpass-service-")
        for name in ("demo.conf", "demo.keys", "demo.seed"):
            shutil.copy(os.path.join(source, "config", name), self.folder)
        self.config = os.path.join(self.folder, "demo.conf")
        self.first = self.read_config()
        self.switch = Switch(os.path.join(binaries, "cpswitch"), self.config, PATIENCE, keep=False)
        self.log_file = os.path.join(self.switch.data, "switch.log")

    def start(self):
        self.switch.start(["log.file=switch.log"])

    def read_config(self):
        with open(self.config) as file:
            return file.read()

    def write_config(self, text):
        with open(self.config, "w") as file:
            file.write(text)

    def port(self, demo_port):
        return self.switch.port(demo_port)

    def connect(self, demo_port=POS):
        return Connection(self.port(demo_port))

    def is_served(self, demo_port):
        try:
            with self.connect(demo_port) as connection:
                return connection.ask(1) == (1, "00")
        except ConnectionRefusedError:
            return False

    def cpctl(self, *words, given=""):
        """Exit code and output."""
        done = subprocess.run([os.path.join(self.binaries, "cpctl"), "--data", self.switch.data,
                               *words], text=True, input=given, capture_output=True,
                              timeout=PATIENCE)
        return done.returncode, done.stdout + done.stderr

    def log(self, path=None):
        try:
            with open(path or self.log_file) as file:
                return file.read()
        except FileNotFoundError:  # moved away a moment ago
            return ""

    def logged(self, pattern, since=0):
        """Waits until a line of the log matches behind this many characters."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if re.search(pattern, self.log()[since:]):
                return True
            time.sleep(0.02)
        return False

    def close(self):
        self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)
