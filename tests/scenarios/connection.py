"""One TCP connection of a station: bytes out, frames in, and which request an answer belongs to."""

import socket
import time

from demo_world import iso


class Failure(Exception):
    """A step did not go as the file says. `line` is filled in where the step is known."""

    def __init__(self, what, line=None):
        super().__init__(what)
        self.line = line


class Sent:
    """A request on its way, and its answer once it is there."""

    def __init__(self, message, before, exact):
        self.message, self.before, self.exact = message, before, exact
        self.answer = None

    def field(self, de):
        if de in self.message:
            return self.message[de]
        return self.answer[de] if self.answer and de in self.answer else None


class Connection:
    """One TCP connection of a station: frames out, frames in."""

    def __init__(self, station, port, patience):
        self.station, self.patience = station, patience
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = bytearray()
        self.pending = []  # of Sent, oldest first
        self.inbox = []    # of (Sent or None, message), read while another was waited for
        self.wild = False  # bytes were sent that are no message of ours: any answer may be theirs

    def write(self, data):
        self.socket.settimeout(self.patience)
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Failure(f"the connection did not take the bytes: {error.strerror or error}") from None

    def fill(self, deadline):
        """Reads once. True when bytes came, False on the time-out, None when the peer closed."""
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        self.socket.settimeout(left)
        try:
            piece = self.socket.recv(65536)
        except socket.timeout:
            return False
        except OSError:
            return None
        if not piece:
            return None
        self.data += piece
        return True

    def _whole_frame(self):
        header = self.station.header
        size = iso.header_size(header)
        if len(self.data) < size:
            return None
        length = iso.unpack_header(header, bytes(self.data[:size]))
        if len(self.data) < size + length:
            return None
        whole = bytes(self.data[:size + length])
        del self.data[:size + length]
        return whole

    def read(self, seconds):
        """The next whole frame's message; a Failure after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            whole = self._whole_frame()
            if whole is not None:
                break
            state = self.fill(deadline)
            if state is None:
                raise Failure("the connection was closed instead of an answer")
            if not state:
                raise Failure(f"no answer within {seconds:g} s")
        tpdu, message = iso.unframe(self.station.header, whole, bool(self.station.tpdu))
        if self.station.tpdu and tpdu != iso.swap_tpdu(self.station.tpdu):
            raise Failure(f"the answer's TPDU is {tpdu.hex().upper()}")
        return message

    def match(self, answer):
        """The oldest request that this answer can belong to."""
        for sent in self.pending:
            same_stan = 11 not in sent.message or 11 not in answer or not sent.exact \
                or sent.message[11] == answer[11]
            if same_stan and sent.message[0][:2] == answer[0][:2] \
                    and int(sent.message[0][2]) + 1 == int(answer[0][2]):
                self.pending.remove(sent)
                return sent
        if self.wild:
            return Sent({0: answer[0]}, None, exact=False)
        return None

    def quiet_for(self, seconds):
        if self.inbox:
            raise Failure("an answer that was not asked for is waiting")
        state = True if self.data else self.fill(time.monotonic() + seconds)
        if state is None:
            raise Failure("the connection was closed")
        if state:
            raise Failure("an answer came although none is due")

    def closed_within(self, least, most):
        start = time.monotonic()
        state = self.fill(start + most) if not self.data else True
        took = time.monotonic() - start
        if state:
            raise Failure("an answer came instead of the close")
        if state is False:
            raise Failure(f"the connection is still open after {most:g} s")
        if took < least:
            raise Failure(f"the connection was closed after {took:.1f} s already")

    def close(self):
        self.socket.close()
