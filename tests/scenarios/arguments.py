"""The command line of a test that starts switches of its own and chooses at random."""

import argparse
import os
import time


class SwitchArguments(argparse.ArgumentParser):
    """--switch, --cpctl, --config, --seed and --slow; a test adds its own, then calls read()."""

    def __init__(self, description, preset="release"):
        super().__init__(description=description,
                         formatter_class=argparse.RawDescriptionHelpFormatter)
        self.add_argument("--switch", default=f"build/{preset}/bin/cpswitch",
                          help="the program under test")
        self.add_argument("--cpctl", help="the operator's program; default: beside the switch")
        self.add_argument("--config", default="config/demo.conf")
        self.add_argument("--seed", type=int, default=int(time.time()),
                          help="of all that is chosen at random; default: the time")
        self.add_argument("--slow", action="store_true", help="wait longer: for sanitizers")

    def read(self, **beside):
        """`beside`: names of arguments -> of files beside the switch. All must be there, or it ends."""
        arguments = self.parse_args()
        arguments.switch = os.path.abspath(arguments.switch)
        folder = os.path.dirname(arguments.switch)
        arguments.cpctl = arguments.cpctl or os.path.join(folder, "cpctl")
        for name, file in beside.items():
            setattr(arguments, name, os.path.join(folder, file))
        for needed in (arguments.switch, arguments.cpctl, arguments.config,
                       *(getattr(arguments, name) for name in beside)):
            if not os.path.exists(needed):
                self.exit(2, f"{self.prog}: {needed} is not there: build it, or name another; "
                             "see --help\n")
        return arguments
