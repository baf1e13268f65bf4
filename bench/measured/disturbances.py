"""Connections that do what they must not, against one station's port: each runs until it is ended.

    python3 -m measured.disturbances NAME PORT

They come with low priority, so that they take the switch and not the machine.
"""

import os
import pathlib
import selectors
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests" / "scenarios"))
from demo_world import STATIONS, iso  # noqa: E402

STATION = STATIONS["BANG"]  # the measured load is another station's
SLOW_READERS, SLOW_WRITERS, HALF_OPEN = 100, 300, 500
PAUSE_S = 0.1  # between two bytes of a slow writer
SMALL_BUFFER = 4_096


def echoes(count):
    message = {0: "0800", 7: "0905013000", 11: "000001", 70: "301"}
    one = iso.frame(STATION.header, iso.encode_message(STATION.profile, message, STATION.mac))
    return one * count


def connection(port, receive_buffer=None):
    one = socket.socket()
    if receive_buffer:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    one.connect(("127.0.0.1", port))
    one.setblocking(False)
    return one


def is_closed(one):
    try:
        return one.recv(65_536) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def slow_readers(port):
    """Ask as much as they can and take no answer; closed for that, they come again."""
    requests, selector = echoes(500), selectors.DefaultSelector()

    def begin():
        selector.register(connection(port, SMALL_BUFFER), selectors.EVENT_WRITE)

    for _ in range(SLOW_READERS):
        begin()
    while True:
        for key, _ in selector.select():
            try:
                key.fileobj.send(requests)
            except BlockingIOError:
                pass
            except OSError:
                selector.unregister(key.fileobj)
                key.fileobj.close()
                begin()


def slow_writers(port):
    """A byte now, a byte then."""
    frame, at = echoes(1), 0
    open_now = [connection(port) for _ in range(SLOW_WRITERS)]
    while True:
        begun = time.monotonic()
        for place, one in enumerate(open_now):
            try:
                one.send(frame[at:at + 1])
            except BlockingIOError:
                pass
            except OSError:
                open_now[place] = connection(port)
            if at == 0 and is_closed(one):
                open_now[place] = connection(port)
        at = (at + 1) % len(frame)
        time.sleep(max(0, PAUSE_S - (time.monotonic() - begun)))


def half_open(port):
    """Begin a frame and are never heard of again; closed for that, others come."""
    begun = echoes(1)[:5]

    def begin():
        one = connection(port)
        one.send(begun)
        return one

    open_now = [begin() for _ in range(HALF_OPEN)]
    while True:
        time.sleep(0.5)
        for place, one in enumerate(open_now):
            if is_closed(one):
                one.close()
                open_now[place] = begin()


def connection_flood(port):
    """Connect and are gone, as fast as they can."""
    reset = struct.pack("ii", 1, 0)
    while True:
        one = socket.socket()
        try:
            one.connect(("127.0.0.1", port))
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        except OSError:
            pass
        one.close()


DISTURBANCES = {each.__name__: each
                for each in (slow_readers, slow_writers, half_open, connection_flood)}

if __name__ == "__main__":
    os.nice(10)
    DISTURBANCES[sys.argv[1]](int(sys.argv[2]))
