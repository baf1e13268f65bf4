"""The demo world with TLS listeners beside its own: authorities, certificates, configuration, switch."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "scenarios"), os.path.join(HERE, "..", "golden")]
from authority import Authority  # noqa: E402
import iso8583 as iso  # noqa: E402,F401
from switch_process import Switch  # noqa: E402

PATIENCE = 30.0           # s; no test waits longer for anything
GATE, NARROW = 8590, 8591  # demo ports of the two listeners
HANDSHAKES = 4            # the narrow one's bound
TIMEOUT_MS = 1500         # of a handshake

LISTENER = """
[listener.{name}]
address = 127.0.0.1
port = {port}
certificate = server.crt
key = server.key
client-ca = stations.crt
max-handshakes = {handshakes}
{more}
"""
# A station that comes over TLS only, and so may be an operator without a MAC.
TLS_ONLY = """
[station.TLS-ONLY]
id = 20
role = operator
certificate-name = tls-only.example
max-connections = 2
password = optional
"""


class World:
    def __init__(self, binaries, source):
        self.binaries = binaries
        self.folder = tempfile.mkdtemp(prefix="cyberpass-tls-")
        self.stations = Authority(self.folder, "stations")
        self.stranger_ca = Authority(self.folder, "strangers")
        self.switch_ca = Authority(self.folder, "switch")
        self.server = self.switch_ca.issue("server", "switch.example", use="server")
        self.revoked = self.stations.issue("revoked", dns=["pos.example"])
        self.stations.revoke("revoked.crl", [self.revoked])
        self._write_configuration(os.path.join(source, "config"))
        self.switch = Switch(os.path.join(binaries, "cpswitch"), self.config, PATIENCE, keep=False)

    def _write_configuration(self, demo):
        with open(os.path.join(demo, "demo.keys")) as file:
            keys = file.read() + "\nstation TLS-ONLY pin 1C5B2A79D0E34F86A8B3C49D5E6E7080\n"
        self._write("demo.keys", keys)
        shutil.copy(os.path.join(demo, "demo.seed"), self.folder)
        with open(os.path.join(demo, "demo.conf")) as file:
            text = file.read()
        for station, name in (("DEMO-POS", "POS.example"), ("DEMO-AGENT", "agent")):
            text = text.replace(f"[station.{station}]\n",
                                f"[station.{station}]\ncertificate-name = {name}\n")
        text += TLS_ONLY
        text += LISTENER.format(name="GATE", port=GATE, handshakes=64, more="crl = revoked.crl")
        text += LISTENER.format(name="NARROW", port=NARROW, handshakes=HANDSHAKES, more="")
        self.config = self._write("tls.conf", text)

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def start(self, *options):
        self.switch.start([f"limits.frame-timeout={TIMEOUT_MS}ms", *options])

    def port(self, demo_port=GATE):
        return self.switch.port(demo_port)

    def replace_server(self, issued):
        """Puts this certificate and key in the place of the switch's."""
        for ending in (".crt", ".key"):
            shutil.copy(issued.path + ending, self.server.path + ending + ".new")
            os.rename(self.server.path + ending + ".new", self.server.path + ending)

    def run(self, program, *words):
        """Exit code and output."""
        done = subprocess.run([os.path.join(self.binaries, program), *words], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
        return done.returncode, done.stdout + done.stderr

    def cpctl(self, *words):
        return self.run("cpctl", "--data", self.switch.data, *words)

    def log_has(self, pattern):
        """Waits until a line of the log matches."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if re.search(pattern, self.switch.logs()):
                return True
            time.sleep(0.02)
        return False

    def close(self):
        self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)
