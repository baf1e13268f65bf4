#!/usr/bin/env python3
"""Wireshark's ISO 8583 dissector reads the demo day, with nothing malformed and as cpctl reads it.

    tshark.py --bin build/dev/bin --config config/demo.conf

`cpsim day`, and a verify with track 2, go to a running switch through a tap. Each of the three profiles has preferences of the
dissector that fit. It knows one frame header only, two bytes of length, so the two stations with
other headers get that one here; nothing else about them is changed. Messages with DE 35, 53 or 55 are
counted and left out: the dissector reads those elements otherwise than jPOS and we do.
"""

import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
from demo_world import FIRST_PORT, PORT_COUNT, STATIONS, iso, lot_card  # noqa: E402
from recorder import STATION_PORTS, Recorder, capture  # noqa: E402
from switch_process import PortRange, Switch  # noqa: E402

# How the dissector must be told to read: digits, then what is binary.
NIBBLES, TEXT = "Digits represented in nibbles", "Digits represented as ASCII Characters"
AS_IT_IS, HEXADECIMAL = "Bin data not encoded", "Bin data represented as Hex Ascii characters"
PREFERENCES = {"iso87-binary": (NIBBLES, AS_IT_IS), "iso87-ascii": (TEXT, HEXADECIMAL),
               "iso87-ascii-binary": (TEXT, AS_IT_IS)}
READ_OTHERWISE = {35, 53, 55}
# Messages of the day that must be read, at least: a few less than there are.
LEAST = {"iso87-binary": 100, "iso87-ascii": 5, "iso87-ascii-binary": 5}
COMPARED = (3, 4, 7, 11, 12, 13, 15, 37, 38, 39, 41, 42, 49, 70, 90)
SECONDS = 120  # for each program


class Wrong(Exception):
    """What does not fit, in a sentence."""


def need(right, what):
    if not right:
        raise Wrong(what)


def write_configuration(source, folder):
    """The demo world, each station of it with a header of two bytes and no TPDU; its file."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^header = .*$", "header = 2-byte", re.sub(r"(?m)^tpdu = .*\n", "", text))
    target = os.path.join(folder, "demo.conf")
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)
    for name in ("demo.keys", "demo.seed"):
        shutil.copy(os.path.join(os.path.dirname(source), name), folder)
    return target


def run(*command, text=None):
    done = subprocess.run(command, input=text, text=True, capture_output=True, timeout=SECONDS)
    need(done.returncode == 0,
         f"{os.path.basename(command[0])} ended with {done.returncode}: {done.stderr}{done.stdout}")
    return done.stdout


def play_day(binaries, config):
    """[(connection, demo port, whether a station said it, bytes)]"""
    switch = Switch(os.path.join(binaries, "cpswitch"), config, 30, keep=False)
    recorder, ports = None, None
    try:
        switch.start([])
        ports = PortRange()
        offset = ports.base - FIRST_PORT
        recorder = Recorder({port + offset: switch.port(port)
                             for port in range(FIRST_PORT, FIRST_PORT + PORT_COUNT)})
        cpsim, where = os.path.join(binaries, "cpsim"), ["--config", config, "--port-base",
                                                         str(ports.base)]
        run(cpsim, "day", *where)
        run(cpsim, "terminal", *where, "--station", "DEMO-POS", "verify", "--card", lot_card(0),
            "--track2", lot_card(0) + "=311220100000")
        recorder.close()
        switch.stop()
        return [(connection, port - offset, is_station, piece)
                for connection, port, is_station, piece in recorder.pieces]
    finally:
        if recorder is not None:
            recorder.close()
        if ports is not None:
            ports.release()
        switch.close()


def frames_of(pieces):
    """{(connection, whether the station said it): [message]} in order."""
    streams, messages = collections.defaultdict(bytes), collections.defaultdict(list)
    for connection, _, is_station, piece in pieces:
        streams[connection, is_station] += piece
    for stream, data in streams.items():
        while data:
            end = 2 + iso.unpack_header("2-byte", data[:2])
            need(len(data) >= end, "the recording ends in a frame")
            messages[stream].append(iso.unframe("2-byte", data[:end])[1])
            data = data[end:]
    return messages


class Dissected:
    """One message as tshark reads it."""

    def __init__(self, tree):
        self.fields = {field.get("name"): field.get("show") for field in tree.iter("field")}
        self.complaints = [field.get("show") for field in tree.iter("field")
                           if field.get("name") == "_ws.expert.message"]

    def element(self, number):
        return self.fields.get(f"iso8583.bit{number}")

    def elements(self):
        return {int(name[len("iso8583.bit"):]) for name in self.fields
                if re.fullmatch(r"iso8583\.bit\d+", name)}


def dissect(tshark, file, profile, ports):
    """{(connection, whether the station said it): [Dissected]} in order."""
    digits, binary = PREFERENCES[profile]
    command = [tshark, "-r", file, "-T", "pdml", "-o", "iso8583.len_endian:Big endian",
               "-o", f"iso8583.charset:{digits}", "-o", f"iso8583.binencode:{binary}"]
    for port in ports:
        command += ["-d", f"tcp.port=={port},iso8583"]
    found = collections.defaultdict(list)
    for packet in ElementTree.fromstring(run(*command)).iter("packet"):
        shown = {field.get("name"): field.get("show") for field in packet.iter("field")}
        source, target = int(shown["tcp.srcport"]), int(shown["tcp.dstport"])
        stream = (max(source, target) - STATION_PORTS, source > target)
        for protocol in packet.iter("proto"):
            if protocol.get("name") == "iso8583":
                found[stream].append(Dissected(protocol))
            elif protocol.get("name") == "_ws.malformed":  # beside the one that it is about
                need(found[stream], f"{profile}: tshark cannot read a packet")
                found[stream][-1].complaints.append("malformed packet")
    return found


def decode(cpctl, profile, messages):
    """[{element number or "MTI": text, masked}], as our own codec reads them."""
    frames = "".join(iso.frame("2-byte", message).hex() for message in messages)
    told = run(cpctl, "decode", "--profile", profile, "-", text=frames)
    decoded = []
    for paragraph in told.strip().split("\n\n"):
        one = {"MTI": re.search(r"(?m)^MTI (\d{4})", paragraph).group(1)}
        for number, value in re.findall(r"(?m)^DE (\d{3}) [^|]*\| ?(.*)$", paragraph):
            one[int(number)] = value
        decoded.append(one)
    return decoded


def compare(name, message, dissected, decoded):
    """One message, read by tshark and by us."""
    need(not dissected.complaints, f"{name}: tshark says {dissected.complaints}")
    need(dissected.fields["iso8583.mti"] == decoded["MTI"], f"{name}: another MTI")
    ours = set(decoded) - {"MTI"}
    need(dissected.elements() == ours,
         f"{name}: tshark reads elements {sorted(dissected.elements())}, we {sorted(ours)}")
    if 2 in ours:
        need(iso.mask_number(dissected.element(2)) == decoded[2], f"{name}: another DE 2")
    for number in ours.intersection(COMPARED):
        read = dissected.element(number).rstrip()
        need(decoded[number] == read,
             f"{name}: DE {number} is {read} to tshark and {decoded[number]} to us")


def check_profile(options, profile, pieces, folder):
    """A line of what was compared."""
    ports = {station.port for station in STATIONS.values() if station.profile == profile}
    pieces = [piece for piece in pieces if piece[1] in ports]
    file = os.path.join(folder, profile + ".pcap")
    with open(file, "wb") as capture_file:
        capture_file.write(capture(pieces))
    said, dissected = frames_of(pieces), dissect(options.tshark, file, profile, ports)
    compared = left_out = 0
    for stream, messages in said.items():
        read = dissected[stream]
        need(len(read) == len(messages), f"{profile}: tshark sees {len(read)} of {len(messages)} "
                                         f"messages of connection {stream}")
        ours = decode(os.path.join(options.bin, "cpctl"), profile, messages)
        need(len(ours) == len(messages), f"{profile}: cpctl sees {len(ours)} messages")
        for number, one in enumerate(zip(messages, read, ours)):
            if READ_OTHERWISE.intersection(one[2]):
                left_out += 1
                continue
            compare(f"{profile}, message {number + 1} of connection {stream}", *one)
            compared += 1
    need(compared >= LEAST[profile], f"{profile}: only {compared} messages were compared")
    return f"{profile}: {compared} messages agree, {left_out} with DE 35, 53 or 55 left out"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/dev/bin", help="the folder of the programs")
    parser.add_argument("--config", default="config/demo.conf")
    parser.add_argument("--tshark", default="tshark")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="cyberpass-fits-")
    try:
        pieces = play_day(options.bin, write_configuration(options.config, folder))
        for profile in PREFERENCES:
            print(check_profile(options, profile, pieces, folder))
    except Wrong as wrong:
        print(wrong)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
