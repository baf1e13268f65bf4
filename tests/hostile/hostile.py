#!/usr/bin/env python3
"""A protocol fuzzer: hostile connections to the running switch, and then proof that nothing came of it.

    hostile.py --switch build/dev/bin/cpswitch --config config/demo.conf [--seed N] [--seconds 20]

Golden requests of every station, spoiled as messages, as bytes, as frames and as streams, over many
connections at a time. Afterwards the switch must be alive and answer as ever (afterwards.txt), stop in
order, leave books that `cpctl check` proves, and have written no secret and no sanitizer's report. Every
answer on the way must be one in form, with the right MAC. The seed repeats the same connections;
--first N --visits 1 repeats one. The exit status is 0 when all was well.
"""

import os
import random
import re
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
import process  # noqa: E402
import language  # noqa: E402
import mutations  # noqa: E402
import player  # noqa: E402
import switch_process  # noqa: E402
import visits  # noqa: E402
from arguments import SwitchArguments  # noqa: E402
from demo_world import LOT_SIZE, STATIONS, iso, lot_card  # noqa: E402

REPORTS = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|broken invariant")
ONE_OF_OURS = re.compile(r"(?<!\d)941012\d{10}(?!\d)")  # a whole card number of the demo world


def read_arguments():
    parser = SwitchArguments(__doc__, preset="dev")
    parser.add_argument("--seconds", type=float, default=20, help="how long the storm lasts")
    parser.add_argument("--first", type=int, default=0, help="the number of the first connection")
    parser.add_argument("--visits", type=int, default=10**9, help="how many connections at most")
    parser.add_argument("--keep", action="store_true", help="leave data and output behind")
    return parser.read()


def options(seed):
    """Settings with bounds that the storm reaches, or with those of every day."""
    rng = random.Random(seed)
    return [f"limits.in-flight={rng.choice((1, 8, 256))}", f"limits.batch={rng.choice((1, 16, 256))}",
            f"limits.output-bytes={rng.choice((16384, 262144))}", "ledger.window=1s"]


def play(game, name):
    """Plays a file of scenarios against the running switch."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        parsed = language.Parser(file.read())
    for section in parsed.sections:
        try:
            game.section(section)
        except player.Failure as failure:
            raise visits.Wrong(f"{name}:{failure.line}: {failure}") from None


def secrets(config):
    """Text that the switch must never have written -> what it is."""
    found = {mutations.PASSWORD: "a password"}
    for index in range(LOT_SIZE):
        found[lot_card(index)] = "a card number"
    with open(os.path.join(os.path.dirname(config), "demo.keys"), encoding="utf-8") as file:
        for line in file:
            if line.startswith(("station ", "printer ")):
                found[line.split()[-1]] = "a key"
    for station in STATIONS.values():
        for card in range(mutations.CARDS):
            block = iso.pin_block(station.pin_key, mutations.PASSWORD, lot_card(card))
            found[block.hex()] = "a PIN block"
    return found


def check_output(game, config):
    """No secret and no report stands in what the switch wrote."""
    text = game.switch.logs()
    report = REPORTS.search(text)
    if report:
        raise visits.Wrong(f"the switch reported: {text[report.start():][:2000]}")
    game.secrets.update(secrets(config))
    leaks = set(game.leaks()) | ({"a card number"} if ONE_OF_OURS.search(text) else set())
    if leaks:
        raise visits.Wrong(f"the switch's output or a file name holds {', '.join(sorted(leaks))}")


def run(arguments, game, limits):
    """One line of what was done; raises when something was wrong."""
    switch = game.switch
    game.start()
    play(game, "beforehand.txt")
    storm = visits.Storm(arguments.seed, lambda station: switch.port(station.port),
                         lambda: not switch.ended(), game.patience)
    storm.blow(arguments.first, arguments.visits, arguments.seconds)
    play(game, "afterwards.txt")
    switch.stop()
    good, said = process.check_books(arguments.cpctl, switch.data, limits)
    if not good:
        raise visits.Wrong(f"cpctl check: {said}")
    check_output(game, arguments.config)
    return f"{storm.visits} connections, {storm.answers} answers; {said.strip().splitlines()[-1]}"


def stop_all(number, frame):
    switch_process.kill_all()
    process.end_all()
    print("interrupted", flush=True)
    os._exit(1)


def main():
    arguments = read_arguments()
    signal.signal(signal.SIGTERM, stop_all)
    signal.signal(signal.SIGINT, stop_all)
    print(f"seed {arguments.seed}: {' '.join(options(arguments.seed))}", flush=True)
    patience = 30.0 if arguments.slow else 10.0
    switch = switch_process.Switch(arguments.switch, arguments.config, patience, arguments.keep)
    game = player.Player(switch, options(arguments.seed), patience)
    try:
        print(run(arguments, game, process.Limits(arguments.slow)))
        return 0
    except (visits.Wrong, switch_process.SwitchProblem) as problem:
        print(f"FAILED (seed {arguments.seed}): {problem}")
        if switch.ended():
            print(f"the switch has ended; it said: {switch.tail(60)}")
        return 1
    finally:
        switch.close()
        if arguments.keep:
            print(f"kept: {switch.folder}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        switch_process.kill_all()
        process.end_all()
