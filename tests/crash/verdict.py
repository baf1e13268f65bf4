"""How a test of one world ends: what is wrong as a sentence, the verdict as the exit status."""

import signal
import sys

import control
import process
from arguments import SwitchArguments
from connection import Failure


class Wrong(Exception):
    """What must not be; the text says what."""


def need(right, what):
    if not right:
        raise Wrong(what)


def run(make_world, description):
    """Ends this process. `make_world(arguments, limits)` has a `switch`, `play()`, which does it all,
    `summary()`, the last line when all was right, and `close()`."""
    parser = SwitchArguments(description)
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.read()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    try:
        sys.exit(_judge(make_world(arguments, process.Limits(arguments.slow)), arguments.seed))
    finally:
        process.end_all()


def _judge(world, seed):
    try:
        world.play()
    except (Wrong, Failure, control.Refused, control.Gone, process.ProcessProblem) as problem:
        print(f"FAILED (seed {seed}): {problem}")
        print(f"the switch said: {world.switch.tail(20)}")
        return 1
    finally:
        world.close()
    print(world.summary())
    return 0
