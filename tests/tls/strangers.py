"""Who comes to a TLS listener: `openssl s_client`, and Python's ssl module where its hands are needed."""

import os
import select
import socket
import ssl
import subprocess
import time

from world import PATIENCE, iso  # noqa: F401


def echo(stan):
    """A framed 0800 with DE 70 = 301."""
    message = {0: "0800", 7: "1122011530", 11: f"{stan:06d}", 70: "301"}
    return iso.frame("2-byte", iso.encode_message("iso87-binary", message))


def verdict(frame):
    """MTI, STAN and DE 39 of a whole answer frame."""
    message = iso.decode_message("iso87-binary", frame[2:])
    return message[0], int(message[11]), message[39]


def whole_frame(data):
    size = 2 + int.from_bytes(data[:2], "big")
    return bytes(data[:size]) if len(data) >= max(size, 3) else None


class OpensslClient:
    """`openssl s_client` as a child; what it reads and writes is what goes through TLS."""

    def __init__(self, world, issued=None, port=None, trust=None, more=()):
        command = ["openssl", "s_client", "-brief", "-connect", f"127.0.0.1:{port or world.port()}",
                   "-CAfile", trust or world.switch_ca.file, "-verify_return_error", *more]
        if issued:
            command += ["-cert", issued.cert_file, "-key", issued.key_file]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self._data = bytearray()

    def send(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # refused already

    def command(self, line, said):
        """One of s_client's own, which must not come together with what is to be sent."""
        self.send(line)
        deadline, text = time.monotonic() + PATIENCE, b""
        while said not in text:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stderr], [], [], left)[0]:
                raise AssertionError(f"s_client did not say {said}")
            text += os.read(self.process.stderr.fileno(), 65536)

    def receive(self):
        """The next whole frame, or None when the switch or s_client ended first."""
        deadline = time.monotonic() + PATIENCE
        while whole_frame(self._data) is None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError("neither an answer nor an end")
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                return None
            self._data += piece
        frame = whole_frame(self._data)
        del self._data[:len(frame)]
        return frame

    def ask(self, stan):
        """(MTI, STAN, DE 39) of the answer to an echo, or None."""
        self.send(echo(stan))
        frame = self.receive()
        return frame and verdict(frame)

    def close(self):
        """An orderly end, with close_notify; returns what s_client said."""
        try:
            return self.process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass


def python_client(world, issued, port=None, receive_buffer=None):
    """A connected ssl socket that shows this certificate; raises ssl.SSLError or OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(world.switch_ca.file)
    context.load_cert_chain(issued.cert_file, issued.key_file)
    plain = socket.socket()
    plain.settimeout(PATIENCE)
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.connect(("127.0.0.1", port or world.port()))
    return context.wrap_socket(plain)


def receive_frames(connection, count):
    """(MTI, STAN, DE 39) of so many answers."""
    data, answers = bytearray(), []
    while len(answers) < count:
        frame = whole_frame(data)
        if frame is None:
            piece = connection.recv(65536)
            if not piece:
                break
            data += piece
            continue
        del data[:len(frame)]
        answers.append(verdict(frame))
    return answers
