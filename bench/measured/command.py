"""What the measuring scripts have in common as commands: their parser, the options that say where
something runs, and how they end."""

import argparse
import os
import pathlib
import signal
import sys

from measured import programs

PORT_BASE = 8580


def parser(words):
    return argparse.ArgumentParser(description=words, formatter_class=argparse.RawTextHelpFormatter)


def add_places(add, data):
    """Options that the programs of a measurement want to know. `data`: a folder, and words on it."""
    add("--data", default=data[0], help=data[1])
    add("--port-base", type=int, default=int(os.environ.get("PORT_BASE", PORT_BASE)))
    add("--bench-cores", default=programs.quiet_core(),
        help="of cpbench and other clients; '' for any; default: the core that serves the fewest "
             "interrupts of disks")
    add("--switch-cores", default="",
        help="of cpswitch and what stands in its place; '' (default): any")


def run(main):
    """The program: its name is that of the script in what it says last."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what it started ends with it
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {error}")
