"""Connections that keep many messages in flight: one thread, one selector, bounded waits."""

import collections
import datetime
import selectors
import socket
import time

from demo_world import iso

SIGNS_ON = {"BANK"}  # before anything else, on each connection


class Send:
    """A request on its way. `undone`: its reversal was answered 00 before it left, so it must be 25.
    `is_early`: it left before any answer to the request came."""
    __slots__ = ("request", "undone", "is_early")

    def __init__(self, request):
        self.request, self.undone = request, request.is_undone()
        self.is_early = request.first is None


class Link:
    """One TCP connection of a station."""

    def __init__(self, name, station, port):
        self.name, self.station = name, station
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if name in SIGNS_ON:
            self._sign_on()
        self.socket.setblocking(False)
        self.out, self.data = bytearray(), bytearray()
        self.pending = collections.OrderedDict()  # (class, STAN) -> deque of Send
        self.in_flight = 0
        self.closed = False  # everything that ever came was read
        self.depth = 1

    def _sign_on(self):
        moment = datetime.datetime.now(datetime.timezone.utc).strftime("%m%d%H%M%S")
        request = iso.encode_message(self.station.profile, {0: "0800", 7: moment, 11: "000000", 70: "001"},
                                     self.station.mac)
        self.socket.sendall(iso.frame(self.station.header, request, self.station.tpdu))
        header = self._read(iso.header_size(self.station.header))
        answer = iso.decode_message(self.station.profile,
                                    self._read(iso.unpack_header(self.station.header, header)))
        if answer.get(39) != "00":
            raise Broken(f"{self.name}: the sign-on is answered {answer.get(39)}")

    def _read(self, size):
        """So many bytes, while the socket still blocks."""
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise Broken(f"{self.name}: the switch closed the connection at the sign-on")
            data += piece
        return data

    def post(self, request, frame=None):
        """Queues a request; flush() writes it."""
        self.out += request.frame if frame is None else frame
        self.pending.setdefault(request.mark, collections.deque()).append(Send(request))
        self.in_flight += 1
        request.sends += 1

    def flush(self):
        if not self.out or self.closed:
            return
        try:
            del self.out[:self.socket.send(self.out)]
        except BlockingIOError:
            pass
        except OSError:
            self.out.clear()  # the peer is gone; what it had answered is still to be read

    def fill(self):
        """Reads what is there."""
        try:
            piece = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.closed = True
        self.data += piece

    def frames(self):
        """The whole messages that have come."""
        size, at = iso.header_size(self.station.header), 0
        while len(self.data) - at >= size:
            length = iso.unpack_header(self.station.header, bytes(self.data[at:at + size]))
            if len(self.data) - at - size < length:
                break
            yield bytes(self.data[at + size:at + size + length])
            at += size + length
        del self.data[:at]

    def oldest(self):
        """The Send that has waited longest, or None."""
        for sends in self.pending.values():
            return sends[0]
        return None

    def take(self, mark):
        """The Send that an answer of this class and STAN belongs to, or None."""
        sends = self.pending.get(mark)
        if not sends:
            return None
        send = sends.popleft()
        if not sends:
            del self.pending[mark]
        self.in_flight -= 1
        return send


class Broken(Exception):
    """A connection ended although nobody killed the switch, or answers stayed away."""


class Hub:
    """All connections of the moment. `judge(send, answer, raw)` is called for every answer."""

    def __init__(self, judge):
        self.judge = judge
        self.links = []
        self.selector = selectors.DefaultSelector()
        self.answers = 0

    def connect(self, name, station, port):
        link = Link(name, station, port)
        self.links.append(link)
        self.selector.register(link.socket, selectors.EVENT_READ, link)
        return link

    def of(self, name):
        return [link for link in self.links if link.name == name]

    def pump(self, seconds):
        """Writes and reads once, waiting at most so long for something to read."""
        for link in self.links:
            link.flush()
            if link.out and not link.closed:
                seconds = min(seconds, 0.001)
        for key, _ in self.selector.select(seconds):
            link = key.data
            link.fill()
            for raw in link.frames():
                self._answer(link, raw)
            if link.closed:
                self.selector.unregister(link.socket)

    def _answer(self, link, raw):
        self.answers += 1
        oldest = link.oldest()
        if oldest is not None and oldest.request.first_raw == raw and not oldest.undone:
            link.take(oldest.request.mark)  # the very bytes of the first answer: nothing to read
            oldest.request.repeated_alike += 1
            return
        answer = iso.decode_message(link.station.profile, raw)
        mti = answer[0]
        send = link.take((mti[1], answer.get(11)))
        if send is None or mti[2:] not in ("10", "30") or 39 not in answer:
            raise Broken(f"{link.name}: an answer {mti} with STAN {answer.get(11)} came that "
                         "belongs to no request")
        self.judge(send, answer, raw)

    def in_flight(self):
        return sum(link.in_flight for link in self.links)

    def wait_for_all(self, seconds):
        """Until every request is answered."""
        deadline = time.monotonic() + seconds
        while self.in_flight():
            self.pump(0.05)
            for link in self.links:
                if link.closed and link.in_flight:
                    raise Broken(f"{link.name}: the connection was closed with {link.in_flight} "
                                 "requests unanswered")
            if time.monotonic() > deadline:
                raise Broken(f"{self.in_flight()} requests are unanswered after {seconds} s")

    def drain(self, seconds):
        """After a kill: takes what had been answered, until all connections have ended."""
        deadline = time.monotonic() + seconds
        while any(not link.closed for link in self.links):
            for link in self.links:
                link.out.clear()
            self.pump(0.05)
            if time.monotonic() > deadline:
                raise Broken(f"connections are open {seconds} s after the kill")

    def close(self):
        for link in self.links:
            if not link.closed:
                self.selector.unregister(link.socket)
            link.socket.close()
        self.links.clear()
        self.selector.close()
