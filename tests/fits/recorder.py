"""A tap on the wire: connections that pass through here are kept, and can be written as a capture.

A capture by libpcap would need privileges that `make test` does not have. The bytes, their order and the pieces
in which they came are the real ones; only the IP and TCP headers around them are made here.
"""

import selectors
import socket
import struct
import threading

PIECE = 16384  # read at once; one piece is one packet of the capture
RAW_IP = 101   # pcap's link type of packets that begin with an IPv4 header
STATION_PORTS = 40000


class Recorder:
    """Listens on some ports, passes each connection on, and keeps what both sides say."""

    def __init__(self, ports):
        """`ports`: where to listen -> where to pass it on to."""
        self.pieces = []  # (connection, port that was listened on, whether the station said it, bytes)
        self._selector = selectors.DefaultSelector()
        self._opened, self._is_over = 0, False
        for port, target in ports.items():
            listener = socket.create_server(("127.0.0.1", port))
            self._selector.register(listener, selectors.EVENT_READ, (port, target))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        """Ends all connections. What was said until now is in `pieces`."""
        self._is_over = True
        self._thread.join(10)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()

    def _run(self):
        while not self._is_over:
            for key, _ in self._selector.select(0.02):
                if len(key.data) == 2:
                    self._accept(key.fileobj, *key.data)
                else:
                    self._pass_on(key.fileobj, *key.data)

    def _accept(self, listener, port, target):
        self._opened += 1
        station, _ = listener.accept()
        switch = socket.create_connection(("127.0.0.1", target))
        for side, other, is_station in ((station, switch, True), (switch, station, False)):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(side, selectors.EVENT_READ,
                                    (other, self._opened, port, is_station))

    def _pass_on(self, side, other, connection, port, is_station):
        piece = side.recv(PIECE)
        if not piece:
            self._selector.unregister(side)
            other.shutdown(socket.SHUT_WR)
            return
        self.pieces.append((connection, port, is_station, piece))
        other.sendall(piece)


def capture(pieces):
    """The pieces as a pcap file. A connection's port at the station is STATION_PORTS and its number."""
    written = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP)
    sent = {}  # (connection, direction) -> bytes until now, for TCP's sequence numbers
    for time_us, (connection, port, is_station, piece) in enumerate(pieces):
        ends = (STATION_PORTS + connection, port)
        source, target = ends if is_station else ends[::-1]
        said, heard = sent.get((connection, is_station), 1), sent.get((connection, not is_station), 1)
        tcp = struct.pack(">HHIIBBHHH", source, target, said, heard, 5 << 4, 0x18, 65535, 0, 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp) + len(piece), 0, 0, 64,
                         socket.IPPROTO_TCP, 0, *2 * [socket.inet_aton("127.0.0.1")])
        packet = ip + tcp + piece
        written += struct.pack("<IIII", 0, time_us, len(packet), len(packet)) + packet
        sent[connection, is_station] = said + len(piece)
    return written
