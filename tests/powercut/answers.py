"""A trace as Python reads it: which answers left, in which record, and what the register must say of
them. The layout stands in trace.hpp."""

import mmap
import struct

from demo_world import FIRST_PORT, STATIONS, iso

HEADER = struct.Struct("<QQIII28x")
FROZEN_AT, BUSY_AT = 16, 20
RECORD = struct.Struct("<QIIQQQqII")
START, WRITE_BEGIN, LISTEN, SENT = 1, 3, 11, 12

STATION_IDS = {"OPER": 1, "VEND": 2, "POS": 3, "BANG": 4, "TEL": 5, "AGENT": 6, "SITE": 7, "BANK": 8,
               "ASCII": 9}
MTI_OF_REQUEST = {"0110": 100, "0210": 200, "0230": 220, "0410": 400, "0430": 420}
NOT_REMEMBERED = {"96", "30"}
COUNTED = {"55", "75"}           # wrong passwords
TELLS_WHAT_BECAME = {"25", "94"}  # of a request that is known


class Answer:
    def __init__(self, record, station, message):
        self.record, self.station, self.message = record, station, message

    @property
    def mark(self):
        """As a request's: its station, class and STAN."""
        return self.station, self.message[0][1], self.message[11]

    def key(self):
        """Of `duplicates`; docs/ledger_format.md, table 11."""
        message = self.message
        date, clock = message.get(13), message.get(12)
        if date is None or clock is None:
            date, clock = message[7][:4], message[7][4:]
        return b"".join((date.encode(), clock.encode(), message[11].encode(),
                         struct.pack(">HH", STATION_IDS[self.station],
                                     MTI_OF_REQUEST[message[0]]),
                         message[41].encode(), message[42].encode()))

    def is_remembered(self):
        """Of class 0100 only a hold is."""
        return self.message[0] != "0110" or self.message[3].startswith("00")

    def stands_for_a_batch(self):
        code = self.message[39]
        if self.message[0] not in MTI_OF_REQUEST or code in NOT_REMEMBERED:
            return False
        return self.is_remembered() or code in COUNTED

    def in_register(self):
        """What its bytes there may be; [] where the register says something else or nothing."""
        if not self.is_remembered() or self.message[39] in TELLS_WHAT_BECAME:
            return []
        texts = [self._without(2, 64, 128)]
        if self.message[0] in ("0410", "0430"):  # one that brought no DE 37 is kept without
            texts.append(self._without(2, 37, 64, 128))
        return texts

    def _without(self, *elements):
        return iso.encode_message("iso87-binary", {
            de: value for de, value in self.message.items() if de not in elements})


class Trace:
    """What of a trace the driver needs: kinds of records, and the answers in it."""

    def __init__(self, path, port_base):
        self.kinds, self.answers = [], []
        names = {port_base + station.port - FIRST_PORT: name for name, station in STATIONS.items()}
        data = {}
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as map_:
            used = HEADER.unpack_from(map_, 0)[1]
            at = 56
            while at < used:
                size, kind, _, _, here, peer, _, _, payload = RECORD.unpack_from(map_, at)
                if kind == START:
                    data.clear()
                elif kind == SENT and here in names:
                    stream = data.setdefault((here, peer), bytearray())
                    stream += map_[at + RECORD.size:at + RECORD.size + payload]
                    self._take_answers(names[here], stream)
                self.kinds.append(kind)
                at += size

    def _take_answers(self, name, stream):
        station = STATIONS[name]
        header = iso.header_size(station.header)
        while len(stream) >= header:
            length = iso.unpack_header(station.header, bytes(stream[:header]))
            if len(stream) < header + length:
                return
            message = iso.decode_message(station.profile, bytes(stream[header:header + length]))
            del stream[:header + length]
            self.answers.append(Answer(len(self.kinds), name, message))

    def write_answers(self, path):
        known = set()
        with open(path, "w", encoding="ascii") as out:
            for answer in self.answers:
                if not answer.stands_for_a_batch():
                    continue
                key, texts = answer.key(), []
                if key not in known:  # a repeat may be answered with what became of it since
                    texts = answer.in_register()
                    known.add(key)
                out.write(f"{answer.record} {key.hex()} "
                          f"{'/'.join(text.hex() for text in texts) or '-'}\n")
