"""The switch's control socket, as `cpctl` uses it: one request, then lines of JSON."""

import json
import os
import socket


class Refused(Exception):
    """The switch answered with a sentence instead."""


class Gone(Exception):
    """Nobody is there, or nobody is there any more; what was asked may have happened."""


def ask(data, request, timeout=60):
    """The answer's lines one by one, as they come."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(timeout)
        try:
            control.connect(os.path.join(data, "control.sock"))
            control.sendall(json.dumps(request).encode() + b"\n")
            with control.makefile("rb") as answer:
                for text in answer:
                    line = json.loads(text)
                    if line["kind"] == "end":
                        return
                    if line["kind"] == "error":
                        raise Refused(line["text"])
                    yield line
        except (OSError, ValueError) as broken:
            raise Gone(str(broken)) from None
    raise Gone("the answer has no end")
