#!/usr/bin/env python3
"""TLS listeners from outside: who is let in, who is not, and that the others go on meanwhile.

    run.py --bin build/dev/bin [--source .] [unittest options]
"""

import argparse
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest

from world import GATE, HANDSHAKES, NARROW, PATIENCE, TIMEOUT_MS, World
from strangers import OpensslClient, echo, python_client, receive_frames
from switch_process import SwitchProblem, kill_all

# Before each refusal whose line is looked for: a listener tells five in a second.
PAUSE = 0.25
ARGUMENTS = argparse.Namespace(bin="build/dev/bin", source=".")


def fresh_world():
    return World(os.path.abspath(ARGUMENTS.bin), os.path.abspath(ARGUMENTS.source))


class TlsTest(unittest.TestCase):
    """One switch for all tests of a class."""

    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        cls.world = fresh_world()
        cls.addClassCleanup(cls.world.close)
        cls.world.start(*cls.OPTIONS)
        cls.pos = cls.world.stations.issue("pos", dns=["pos.example"])

    def served(self, issued, **more):
        with OpensslClient(self.world, issued, **more) as client:
            return client.ask(7) == ("0810", 7, "00")

    def refused(self, issued, reason, **more):
        """Refused with this reason in the log, and a station is served all the same."""
        time.sleep(PAUSE)
        begun = len(self.world.switch.logs())
        with OpensslClient(self.world, issued, **more) as client:
            self.assertIsNone(client.ask(7))
        self.logged_since(begun, r"tls refused +listener GATE: 127\.0\.0\.1:\d+: " + reason)
        self.assertTrue(self.served(self.pos))

    def logged_since(self, begun, pattern):
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.world.switch.logs()[begun:]):
            self.assertLess(time.monotonic(), deadline, self.world.switch.logs()[begun:])
            time.sleep(0.02)

    def plain(self, port=GATE):
        return socket.create_connection(("127.0.0.1", self.world.port(port)), timeout=PATIENCE)


class WhoIsLetIn(TlsTest):
    def test_a_station_with_its_certificate_over_either_version(self):
        for version in ("1_3", "1_2"):
            begun = len(self.world.switch.logs())
            with OpensslClient(self.world, self.pos, more=[f"-tls{version}"]) as client:
                self.assertEqual(client.ask(1), ("0810", 1, "00"))
                self.assertEqual(client.ask(2), ("0810", 2, "00"))
                said = client.close()
            self.assertIn("Verification: OK", said)
            name = "TLSv" + version.replace("_", ".")
            self.logged_since(begun, rf"DEMO-POS +connect +connection \d+ from 127\.0\.0\.1:\d+ over "
                                     rf"{name}, certificate {self.pos.serial}, 1 of")
            self.logged_since(begun, r"DEMO-POS +disconnect +connection \d+: closed by the peer; 2 mess")

    def test_the_common_name_counts_where_there_is_no_other_and_case_does_not(self):
        self.assertTrue(self.served(self.world.stations.issue("cn", common_name="Agent")))
        self.assertTrue(self.served(self.world.stations.issue("upper", dns=["POS.EXAMPLE"])))
        several = self.world.stations.issue("several", dns=["other.example", "pos.example"])
        self.assertTrue(self.served(several))
        self.refused(self.world.stations.issue("both", common_name="agent", dns=["x.example"]),
                     r"a certificate that names no station \(x\.example, serial ")

    def test_a_station_without_a_port_is_served_over_tls_and_has_its_bound(self):
        issued = self.world.stations.issue("only", dns=["tls-only.example"])
        with OpensslClient(self.world, issued) as one, OpensslClient(self.world, issued) as two:
            self.assertEqual(one.ask(1), ("0810", 1, "00"))
            self.assertEqual(two.ask(1), ("0810", 1, "00"))
            begun = len(self.world.switch.logs())
            with OpensslClient(self.world, issued) as three:
                self.assertIsNone(three.ask(1))
            self.logged_since(begun, r"TLS-ONLY +refused +1 connections: the limit of 2 of this station")
            self.assertEqual(one.ask(2), ("0810", 2, "00"))

    def test_cpsim_with_the_stations_certificate_and_not_without(self):
        code, text = self.cpsim("DEMO-POS", "pos.example")
        self.assertEqual(code, 0, text)
        self.assertIn("approved", text)
        code, text = self.cpsim("DEMO-POS", "nobody.example")
        self.assertEqual(code, 1, text)
        self.assertRegex(text, "cpsim: DEMO-POS: (the switch |cannot send)")

    def cpsim(self, station, name):
        issued = self.world.stations.issue("cpsim", dns=[name])
        return self.world.run("cpsim", "terminal", "--config", self.world.config, "--port-base",
                              str(self.world.port(8580)), "--station", station,
                              "--tls-ca", self.world.switch_ca.file, "--tls-cert", issued.cert_file,
                              "--tls-key", issued.key_file, "echo")

    def test_the_operator_sees_stations_certificates_and_refusals(self):
        code, text = self.world.cpctl("certificates")
        self.assertEqual(code, 0, text)
        self.assertIn("GATE", text)
        self.assertIn(self.world.server.serial, text)
        code, text = self.world.cpctl("stations")
        self.assertEqual(code, 0, text)
        self.assertRegex(text, r"TLS-ONLY +operator +– +tls-only\.example")


class WhoIsNot(TlsTest):
    def test_without_a_certificate(self):
        self.refused(None, "no client certificate")
        self.refused(None, "no client certificate", more=["-tls1_2"])

    def test_a_certificate_of_another_authority(self):
        issued = self.world.stranger_ca.issue("foreign", dns=["pos.example"])
        self.refused(issued, "a certificate of an authority that is not in client-ca")

    def test_a_certificate_whose_time_is_not_now(self):
        self.refused(self.world.stations.issue("old", dns=["pos.example"], days=(-9, -1)),
                     "a certificate that has expired")
        self.refused(self.world.stations.issue("early", dns=["pos.example"], days=(1, 9)),
                     "a certificate that is not valid yet")

    def test_a_revoked_certificate(self):
        self.refused(self.world.revoked, "a certificate that was revoked")

    def test_a_servers_certificate(self):
        issued = self.world.stations.issue("wrong-use", dns=["pos.example"], use="server")
        self.refused(issued, r"a certificate that does not hold \(unsuitable certificate purpose\)")

    def test_a_name_of_no_station_or_of_two(self):
        self.refused(self.world.stations.issue("nobody", dns=["nobody.example"]),
                     r"a certificate that names no station \(nobody\.example, serial ")
        self.refused(self.world.stations.issue("two", dns=["pos.example", "agent"]),
                     "a certificate that names two stations")

    def test_an_older_protocol(self):
        more = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        self.refused(self.pos, "neither TLS 1.2 nor TLS 1.3", more=more)

    def test_a_cipher_without_forward_secrecy(self):
        self.refused(self.pos, "no common cipher", more=["-tls1_2", "-cipher", "AES128-GCM-SHA256"])

    def test_one_that_does_not_trust_the_switch(self):
        self.refused(self.pos, "it refused the switch's certificate",
                     trust=self.world.stranger_ca.file)

    def test_what_is_no_tls(self):
        for data in (echo(1), b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, b"\xff" * 100):
            time.sleep(PAUSE)
            begun = len(self.world.switch.logs())
            with self.plain() as stranger:
                stranger.sendall(data)
                self.assertNotIn(b"\x08\x10", self.everything(stranger))
            self.logged_since(begun, r"tls refused .* what it sent is no TLS")
        self.assertTrue(self.served(self.pos))

    def everything(self, stranger):
        data = b""
        try:
            while piece := stranger.recv(4096):
                data += piece
        except ConnectionResetError:
            pass
        return data


class WhoSaysNothing(TlsTest):
    HELLO = bytes.fromhex("1603010200010001fc0303")  # the beginning of a ClientHello

    def test_silence_half_a_handshake_and_a_trickle_have_their_time(self):
        begun = len(self.world.switch.logs())
        with self.plain() as silent, self.plain() as half, self.plain() as trickle:
            half.sendall(self.HELLO)
            start = time.monotonic()
            sent = 0
            try:
                while time.monotonic() < start + PATIENCE:
                    trickle.sendall((self.HELLO + bytes(500))[sent:sent + 1])
                    sent += 1
                    self.assertTrue(self.served(self.pos))
            except OSError:
                pass  # closed
            self.assertLess(sent, 500)
            for stranger in (silent, half):
                self.assertEqual(stranger.recv(10), b"")
        self.logged_since(begun, r"(?s)(did not finish in time.*){3}")

    def test_one_that_leaves_in_the_middle(self):
        begun = len(self.world.switch.logs())
        with self.plain() as stranger:
            stranger.sendall(self.HELLO)
        self.logged_since(begun, "tls refused .* it left during the handshake")

    def test_at_the_bound_the_oldest_gives_way_and_the_log_has_its_own(self):
        begun = len(self.world.switch.logs())
        silent = [self.plain(NARROW) for _ in range(HANDSHAKES + 16)]
        self.assertTrue(self.served(self.pos, port=self.world.port(NARROW)))
        self.assertEqual([one.recv(10) for one in silent[:16]], [b""] * 16)
        silent[-1].settimeout(0.01)
        self.assertRaises(TimeoutError, silent[-1].recv, 10)
        for one in silent:
            one.close()
        self.logged_since(begun, r"listener NARROW: \d+ more; `cpctl certificates` counts them")
        text = self.world.cpctl("certificates")[1]
        self.assertRegex(text, r"(1[6-9]|2\d) × the oldest of too many handshakes")


class Traffic(TlsTest):
    def test_a_thousand_pipelined_requests_in_records_of_any_size(self):
        requests = b"".join(echo(stan) for stan in range(1, 1001))
        for piece in (len(requests), 100, 7):
            with python_client(self.world, self.pos) as client:
                for at in range(0, len(requests), piece):
                    client.sendall(requests[at:at + piece])
                answers = receive_frames(client, 1000)
            self.assertEqual([stan for _, stan, _ in answers], list(range(1, 1001)), piece)

    def test_a_key_update_in_both_directions(self):
        with OpensslClient(self.world, self.pos, more=["-tls1_3"]) as client:
            for stan in range(1, 6):
                client.command(b"K\n", b"KEYUPDATE")
                self.assertEqual(client.ask(stan), ("0810", stan, "00"))

    def test_nobody_renegotiates(self):
        with OpensslClient(self.world, self.pos, more=["-tls1_2"]) as client:
            self.assertEqual(client.ask(1), ("0810", 1, "00"))
            client.command(b"R\n", b"RENEGOTIATING")
            self.assertIsNone(client.ask(2))
        self.assertTrue(self.served(self.pos))

    def test_nothing_is_resumed(self):
        with python_client(self.world, self.pos) as first:
            first.sendall(echo(1))
            receive_frames(first, 1)
            self.assertFalse(first.session is not None and first.session.has_ticket)

    def test_a_connection_that_is_cut_off_is_a_lost_one(self):
        begun = len(self.world.switch.logs())
        with OpensslClient(self.world, self.pos) as client:
            self.assertEqual(client.ask(1), ("0810", 1, "00"))
            client.kill()
        self.logged_since(begun, "DEMO-POS +disconnect +connection .*: the connection was lost")

    def test_a_frame_that_does_not_finish_closes_its_connection(self):
        begun = len(self.world.switch.logs())
        with python_client(self.world, self.pos) as client:
            client.sendall(echo(1)[:9])
            self.assertEqual(client.recv(10), b"")  # close_notify, else this raises
        self.logged_since(begun, "DEMO-POS +disconnect .* did not finish in time")


class SlowReader(TlsTest):
    OPTIONS = ("limits.frame-timeout=60s", "log.level=warning")

    def test_one_that_takes_its_answers_late_gets_them_all(self):
        limit = "DEMO-POS +limit .* the limit of answers that the peer does not take is reached"
        requests = b"".join(echo(stan) for stan in range(1, 1001))
        rounds = 0
        with python_client(self.world, self.pos, receive_buffer=4096) as client:
            while not re.search(limit, self.world.switch.logs()):
                if rounds < 200:  # the kernels keep megabytes for one that takes nothing
                    client.sendall(requests)
                    rounds += 1
                time.sleep(0.005)
            self.assertTrue(self.served(self.pos))
            answers = receive_frames(client, 1000 * rounds)
        self.assertEqual([stan for _, stan, _ in answers], list(range(1, 1001)) * rounds)


class Reload(unittest.TestCase):
    def setUp(self):
        self.world = fresh_world()
        self.addCleanup(self.world.close)
        self.world.start()
        self.pos = self.world.stations.issue("pos", dns=["pos.example"])

    def shown_serial(self):
        with python_client(self.world, self.pos) as client:
            client.sendall(echo(1))
            self.assertEqual(receive_frames(client, 1), [("0810", 1, "00")])
            text = ssl.DER_cert_to_PEM_cert(client.getpeercert(True))
        done = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=text, text=True,
                              capture_output=True, check=True)
        return done.stdout.strip().removeprefix("serial=")

    def test_new_connections_get_the_new_certificate_and_old_ones_go_on(self):
        first = self.world.server.serial
        self.assertEqual(self.shown_serial(), first)
        with python_client(self.world, self.pos) as old:
            second = self.world.switch_ca.issue("second", use="server")
            self.world.replace_server(second)
            self.assertEqual(self.shown_serial(), first)
            code, text = self.world.cpctl("certificates", "reload")
            self.assertEqual(code, 0, text)
            self.assertIn(second.serial, text)
            self.assertEqual(self.shown_serial(), second.serial)
            self.assertTrue(self.world.log_has(
                rf"certificate +listener GATE: .*serial {second.serial}, .*before it serial {first}"))
            for stan in range(1, 10):
                old.sendall(echo(stan))
                self.assertEqual(receive_frames(old, 1), [("0810", stan, "00")])

    def test_a_reload_of_everything_brings_certificates_and_the_stations_they_name(self):
        with open(self.world.config) as file:
            before = file.read()
        issued = self.world.stations.issue("renamed", dns=["renamed.example"])
        third = self.world.switch_ca.issue("third", use="server")
        with python_client(self.world, self.pos) as old:
            self.world.replace_server(third)
            with open(self.world.config, "w") as file:
                file.write(before.replace("certificate-name = agent", "certificate-name = renamed.example")
                           .replace(f"max-handshakes = {HANDSHAKES}", "max-handshakes = 5"))
            code, text = self.world.cpctl("reload")
            self.assertEqual((code, text), (0, "changed DEMO-AGENT (certificate-name); "
                                               "settings listener.NARROW.max-handshakes\n"))
            with OpensslClient(self.world, issued) as client:
                self.assertEqual(client.ask(1), ("0810", 1, "00"))
            self.assertEqual(self.shown_serial(), third.serial)
            old.sendall(echo(6))
            self.assertEqual(receive_frames(old, 1), [("0810", 6, "00")])
            with open(self.world.server.key_file, "w") as file:
                file.write("nothing")
            with open(self.world.config, "w") as file:
                file.write(before)
            code, text = self.world.cpctl("reload")
            self.assertEqual(code, 1, text)
            self.assertRegex(text, r"server\.key: no private key can be read from it.*; nothing was changed")
            with OpensslClient(self.world, issued) as client:
                self.assertEqual(client.ask(2), ("0810", 2, "00"), "still the one of before")
        self.world.replace_server(third)
        self.assertEqual(self.world.cpctl("reload")[0], 0)

    def test_an_authority_that_is_replaced_lets_nobody_in_any_more(self):
        with python_client(self.world, self.pos) as old:
            with open(self.world.stations.file, "wb") as file:
                with open(self.world.stranger_ca.file, "rb") as other:
                    file.write(other.read())
            self.world.stranger_ca.revoke("revoked.crl", [])
            self.assertEqual(self.world.cpctl("certificates", "reload")[0], 0)
            with OpensslClient(self.world, self.pos) as client:
                self.assertIsNone(client.ask(1))
            issued = self.world.stranger_ca.issue("moved", dns=["pos.example"])
            with OpensslClient(self.world, issued) as client:
                self.assertEqual(client.ask(1), ("0810", 1, "00"))
            old.sendall(echo(5))
            self.assertEqual(receive_frames(old, 1), [("0810", 5, "00")])

    def test_what_is_wrong_changes_nothing(self):
        first = self.world.server.serial
        other = self.world.switch_ca.issue("other", use="server")
        old = self.world.switch_ca.issue("old", use="server", days=(-9, -1))
        for damage, sentence in DAMAGES(self.world, other, old):
            saved = {}
            for name in os.listdir(self.world.folder):
                path = os.path.join(self.world.folder, name)
                with open(path, "rb") as file:
                    saved[path] = (file.read(), os.stat(path).st_mode)
            damage()
            code, text = self.world.cpctl("certificates", "reload")
            self.assertEqual(code, 1, text)
            self.assertIn("nothing was changed, the old certificates stay: listener GATE: ", text)
            self.assertRegex(text, sentence)
            self.assertEqual(self.shown_serial(), first)
            for path, (content, mode) in saved.items():
                with open(path, "wb") as file:
                    file.write(content)
                os.chmod(path, mode)
        self.assertEqual(self.world.cpctl("certificates", "reload")[0], 0)


def DAMAGES(world, other, old):
    """What can be wrong with the files, and the sentence that says so."""
    def write(name, text):
        def act():
            with open(os.path.join(world.folder, name), "w") as file:
                file.write(text)
        return act

    def use_key_of_other():
        with open(other.key_file) as file:
            write("server.key", file.read())()

    return [
        (use_key_of_other, r"server\.key: it is not the key of the certificate in \S+server\.crt"),
        (lambda: world.replace_server(old), r"server\.crt: the certificate expired on "),
        (lambda: os.chmod(world.server.key_file, 0o640), "others than its owner have access to it"),
        (lambda: os.remove(world.server.key_file), r"server\.key: the key file cannot be opened"),
        (write("server.crt", "nothing"), r"server\.crt: no certificate can be read from it"),
        (write("server.key", "nothing"), r"server\.key: no private key can be read from it"),
        (write("stations.crt", ""), r"stations\.crt: no certificate can be read from it"),
        (write("revoked.crl", ""), r"revoked\.crl: no list of revoked certificates can be read"),
        (lambda: world.stations.revoke("revoked.crl", [], days=-1),
         r"revoked\.crl: a list of revoked certificates was to be replaced by "),
    ]


class StartAndStop(unittest.TestCase):
    def setUp(self):
        self.world = fresh_world()
        self.addCleanup(self.world.close)

    def test_a_start_with_wrong_files_is_refused_with_a_sentence(self):
        os.chmod(self.world.server.key_file, 0o644)
        with self.assertRaisesRegex(SwitchProblem, "listener GATE: .*server.key: others than its owner"):
            self.world.start()

    def test_a_certificate_that_ends_soon_is_a_warning(self):
        self.world.start()
        self.assertTrue(self.world.log_has(r"warn +- +certificate +listener GATE: CN=switch\.example, "
                                           r"serial .* 19 days left"))

    def test_a_stop_says_so_to_everybody_and_waits_for_no_handshake(self):
        self.world.start("limits.frame-timeout=60s")
        pos = self.world.stations.issue("pos", dns=["pos.example"])
        with python_client(self.world, pos) as client:
            client.sendall(echo(1))
            self.assertEqual(receive_frames(client, 1), [("0810", 1, "00")])
            with socket.create_connection(("127.0.0.1", self.world.port())) as silent:
                silent.sendall(WhoSaysNothing.HELLO)
                self.world.switch.stop()
                self.assertEqual(client.recv(10), b"")  # close_notify, else this raises


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ARGUMENTS.bin, help="the folder of the programs under test")
    parser.add_argument("--source", default=ARGUMENTS.source)
    _, rest = parser.parse_known_args(namespace=ARGUMENTS)

    def stop(number, _):
        kill_all()
        os._exit(128 + number)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
