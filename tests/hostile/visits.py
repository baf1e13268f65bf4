"""Hostile connections: what one sends, in which pieces, how it ends, and that its answers are right."""

import random
import selectors
import socket
import struct
import time

import mutations
from demo_world import STATIONS, iso

SIGN_ON = {"VEND", "BANK"}     # stations that must sign on before anything else is looked at
AT_ONCE = 64                   # connections open at a time
DEAF_SECONDS = 1               # for those that read no answer
LARGEST_BURST = 300            # frames in one go: more than may be in flight


class Wrong(Exception):
    """The switch did what it must not."""


class Visit:
    """One connection from its first byte to its end. The number and the seed decide everything in it."""

    def __init__(self, seed, number, patience):
        rng = random.Random(f"{seed}/{number}")
        self.number, self.patience = number, patience
        self.name = rng.choice(sorted(STATIONS))
        self.station = STATIONS[self.name]
        self.pieces, self.requests = self._plan(rng)
        self.ending = rng.choice(("finish",) * 7 + ("close", "reset", "deaf"))
        self.data, self.answers, self.is_over = bytearray(), 0, False

    def _plan(self, rng):
        """The bytes in pieces as they are written, and how many whole frames they begin with."""
        frames = []
        if self.name in SIGN_ON and rng.random() < 0.9:
            message = {0: "0800", 7: "0905013000", 11: "000001", 70: "001"}
            frames.append(iso.frame(self.station.header, iso.encode_message(self.station.profile, message),
                                    self.station.tpdu))
        count = rng.choice((1, 2, 5, 10, 10, 20))
        for _ in range(count):
            one, is_whole = mutations.frame(rng, self.station)
            frames += [one] * (rng.choice((1, 2, LARGEST_BURST)) if rng.random() < 0.02 else 1)
            if not is_whole:
                break  # nothing after it is read as it was meant
        stream = b"".join(frames)
        if rng.random() < 0.1:
            stream = stream[:rng.randrange(len(stream) + 1)]
        size = rng.choice((1, 3, 20, 100, 1_000, 1_000_000))
        if size < 20:
            size = max(size, len(stream) // 200)  # so that no connection takes for ever
        at = [0]
        while at[-1] < len(stream):
            at.append(at[-1] + rng.randrange(1, size + 1))
        return [stream[a:b] for a, b in zip(at, at[1:])] or [b""], self._whole_frames(stream)

    def _whole_frames(self, stream):
        size, at, count = iso.header_size(self.station.header), 0, 0
        while at + size <= len(stream):
            try:
                length = iso.unpack_header(self.station.header, stream[at:at + size])
            except ValueError:
                break
            if not len(self.station.tpdu) < length <= iso.MAX_FRAME or at + size + length > len(stream):
                break
            at, count = at + size + length, count + 1
        return count

    # Life -----------------------------------------------------------------------------------------

    def open(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=self.patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._moved()

    def _moved(self):
        self.deadline = time.monotonic() + (DEAF_SECONDS if self.ending == "deaf" else self.patience)

    def events(self):
        return (0 if self.ending == "deaf" else selectors.EVENT_READ) \
            | (selectors.EVENT_WRITE if self.pieces else 0)

    def work(self, events):
        """Writes a piece, reads what there is."""
        try:
            if events & selectors.EVENT_WRITE and self.pieces:
                self._write()
            if events & selectors.EVENT_READ:
                self._read()
        except BlockingIOError:
            pass
        except OSError:  # the switch closed it: what it had said before was read
            self.is_over = True

    def look_at_the_time(self):
        if self.is_over or time.monotonic() < self.deadline:
            return
        if self.ending != "deaf":
            raise Wrong(f"{self.text()}: the switch neither reads nor answers nor closes the connection")
        self.is_over = True  # whose answers are not read is not read either: as it should be

    def _write(self):
        sent = self.socket.send(self.pieces[0])
        self.pieces[0] = self.pieces[0][sent:]
        if not self.pieces[0]:
            del self.pieces[0]
        self._moved()
        if self.pieces:
            return
        if self.ending == "finish":
            self.socket.shutdown(socket.SHUT_WR)  # the switch answers what it has and closes
        else:
            self.is_over = True

    def _read(self):
        piece = self.socket.recv(65536)
        if not piece:
            self.is_over = True
            if self.data:
                raise Wrong(f"{self.text()}: the connection ended inside an answer")
            return
        self.data += piece
        self._moved()
        self._take_answers()

    def close(self):
        if self.ending in ("reset", "deaf"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # Answers --------------------------------------------------------------------------------------

    def _take_answers(self):
        header = self.station.header
        size = iso.header_size(header)
        while len(self.data) >= size:
            length = iso.unpack_header(header, bytes(self.data[:size]))
            if len(self.data) < size + length:
                return
            whole = bytes(self.data[:size + length])
            del self.data[:size + length]
            self._check(iso.unframe(header, whole, bool(self.station.tpdu))[1])

    def _check(self, data):
        """An answer in form, with DE 39, and with the right MAC where the station has one."""
        self.answers += 1
        try:
            answer = iso.decode_message(self.station.profile, data)
        except iso.FormatError as error:
            raise Wrong(f"{self.text()}: an answer cannot be read: {error}") from None
        if answer[0][2] not in "13579" or 39 not in answer:
            raise Wrong(f"{self.text()}: {answer[0]} without DE 39 is no answer")
        if self.station.mac and not iso.mac_is_right(self.station.profile, data, self.station.mac):
            raise Wrong(f"{self.text()}: an answer's MAC is missing or wrong")
        if self.answers > self.requests:
            raise Wrong(f"{self.text()}: more answers than requests")

    def text(self):
        return f"visit {self.number} at {self.name}"


class Storm:
    """Visits one after another, several at a time, until the time is over or enough were made."""

    def __init__(self, seed, port_of, is_alive, patience):
        self.seed, self.port_of, self.is_alive, self.patience = seed, port_of, is_alive, patience
        self.selector = selectors.DefaultSelector()
        self.visits, self.answers = 0, 0

    def blow(self, first, count, seconds):
        end, open_now = time.monotonic() + seconds, set()
        try:
            while open_now or (self.visits < count and time.monotonic() < end):
                while len(open_now) < AT_ONCE and self.visits < count and time.monotonic() < end:
                    open_now.add(self._begin(first + self.visits))
                    self.visits += 1
                for key, events in self.selector.select(0.05):
                    key.data.work(events)
                for visit in list(open_now):
                    visit.look_at_the_time()
                    self._go_on(visit, open_now)
                if not self.is_alive():
                    raise Wrong("the switch ended by itself; visits open then: "
                                + ", ".join(sorted(str(visit.number) for visit in open_now)))
        finally:
            for visit in open_now:
                visit.close()
            self.selector.close()

    def _begin(self, number):
        visit = Visit(self.seed, number, self.patience)
        try:
            visit.open(self.port_of(visit.station))
        except OSError as error:
            raise Wrong(f"{visit.text()}: the switch takes no connection: {error}") from None
        self.selector.register(visit.socket, visit.events(), visit)
        return visit

    def _go_on(self, visit, open_now):
        if visit.is_over:
            self.selector.unregister(visit.socket)
            visit.close()
            open_now.discard(visit)
            self.answers += visit.answers
        else:
            self.selector.modify(visit.socket, visit.events(), visit)
