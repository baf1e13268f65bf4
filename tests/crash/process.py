"""One `cpswitch` that is started, killed, stopped and started again on the same data."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
import control  # noqa: E402
import switch_process  # noqa: E402
from demo_world import FIRST_PORT  # noqa: E402

# Below the ports that the system gives to outgoing connections, which would be in the way.
switch_process.HIGHEST_BASE = 32000

_running = {}  # process id -> Popen


def end_all():
    """Ends every process that this one has started, by its id; for signals and for the end."""
    for process in list(_running.values()):
        if process.poll() is None:
            process.kill()
    for process in list(_running.values()):
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            pass


def spawn(command, out, err):
    if shutil.which("setpriv"):  # should this process be killed, the switch goes with it
        command = ["setpriv", "--pdeathsig", "KILL"] + command
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)


class ProcessProblem(Exception):
    """The program did not do what a program must: start, stay, stop."""


class Limits:
    """How long things may take, in seconds; longer where sanitizers are compiled in."""

    def __init__(self, slow, impatient=False):
        factor = 3 if slow else 0.1 if impatient else 1
        self.start = 30 * factor
        self.stop = 30 * factor
        self.answers = 60 * factor  # for any number of messages that are sent at once
        self.load = 100 * factor
        self.check = 100 * factor


class Switch:
    def __init__(self, program, config, folder, limits):
        self.program, self.config, self.folder, self.limits = program, config, folder, limits
        self.data = os.path.join(folder, "data")
        self.prefix = []  # of its command line: a program that runs another, as env or strace
        self.process, self.ports, self.starts = None, None, 0

    def port(self, demo_port):
        return self.ports.base + demo_port - FIRST_PORT

    # Start ----------------------------------------------------------------------------------------

    def launch(self, options):
        """Starts the program and does not wait for it."""
        assert self.process is None
        if self.ports is None:
            self.ports = switch_process.PortRange()
        self.starts += 1
        command = self.prefix + [self.program, "--config", self.config, "--data", self.data,
                                 "--port-base", str(self.ports.base),
                                 "--set", switch_process.WITHOUT_BRAKE]
        for option in options:
            command += ["--set", option]
        with open(self._log("out"), "wb") as out, open(self._log("err"), "wb") as err:
            self.process = spawn(command, out, err)
        _running[self.process.pid] = self.process
        self.launched_at = time.monotonic()

    def wait_until_ready(self, seconds):
        """True when it says `ready` in time, False when it is still starting; raises when it ended."""
        deadline = self.launched_at + seconds
        while True:
            if self.is_ready():
                return True
            status = self.process.poll()
            if status is not None:
                self._forget()
                raise ProcessProblem(f"the switch ended with status {status} instead of getting "
                                     f"ready; it said: {self.tail()}")
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.002)

    def start(self, options):
        """Starts it and waits; returns the seconds until it was ready."""
        for attempt in range(5):
            self.launch(options)
            try:
                if self.wait_until_ready(self.limits.start):
                    return time.monotonic() - self.launched_at
            except ProcessProblem:
                if "in use" in self.tail() and attempt < 4:
                    self.ports.release()  # somebody outside of this test took a port meanwhile
                    self.ports = None
                    continue
                raise
            threads = self._threads()
            self.kill()
            raise ProcessProblem(f"the switch is not ready after {self.limits.start} s; its threads "
                                 f"are {threads}; it said: {self.tail()}")

    def is_ready(self):
        with open(self._log("out"), "rb") as out:
            return any(b"ready" in line for line in out)

    # End ------------------------------------------------------------------------------------------

    def fire(self):
        """SIGKILL, without waiting for its effect. It must still be running."""
        status = self.process.poll()
        if status is not None:
            self._forget()
            raise ProcessProblem(f"the switch had ended by itself with status {status}; it said: "
                                 + self.tail())
        self.process.kill()

    def kill(self):
        self.fire()
        self.reap()

    def reap(self):
        self.process.wait(self.limits.stop)
        self._forget()

    def stop(self, kill_after=None):
        """SIGTERM. With `kill_after`, SIGKILL so many seconds later if it has not ended by then;
        returns whether that was so."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(self.limits.stop if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            threads = self._threads()
            self.process.kill()
            self.reap()
            if kill_after is not None:
                return True
            raise ProcessProblem(f"the switch did not end within {self.limits.stop} s of SIGTERM, its "
                                 f"threads are {threads}; it said: {self.tail()}") from None
        self._forget()
        if status != 0:
            raise ProcessProblem(f"the switch ended with status {status} after SIGTERM; it said: "
                                 + self.tail())
        return False

    def ended(self):
        return self.process is None or self.process.poll() is not None

    def how_it_is(self):
        """A sentence, after a connection broke: it may be about to end by itself."""
        try:
            status = self.process.wait(1) if self.process is not None else None
        except subprocess.TimeoutExpired:
            return (f"the switch is still running, its threads are {self._threads()}; it said: "
                    + self.tail())
        return f"the switch has ended by itself with status {status}; it said: {self.tail()}"

    def close(self):
        """Ends whatever runs, without judging it."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.reap()
        if self.ports is not None:
            self.ports.release()
            self.ports = None

    def _forget(self):
        _running.pop(self.process.pid, None)
        self.process = None

    # What it says ---------------------------------------------------------------------------------

    def _log(self, kind):
        return os.path.join(self.folder, f"{kind}.{self.starts}")

    def tail(self, lines=4):
        text = ""
        for kind in ("out", "err"):
            try:
                with open(self._log(kind), errors="replace") as file:
                    text += file.read()
            except FileNotFoundError:
                pass
        return " | ".join(text.strip().split("\n")[-lines:])[:1500]

    def _threads(self):
        """What each thread is doing: state, where it sleeps, seconds of processor time it has had."""
        found, folder = [], f"/proc/{self.process.pid}/task"
        try:
            for task in sorted(os.listdir(folder), key=int):
                with open(f"{folder}/{task}/stat", encoding="utf-8") as file:
                    fields = file.read().rpartition(")")[2].split()
                with open(f"{folder}/{task}/wchan", encoding="utf-8") as file:
                    sleeps = file.read()
                used_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                found.append(f"{fields[0]} {sleeps} {used_s:.2f} s")
        except OSError:
            pass
        return f"({'; '.join(found)}), the system's load is {os.getloadavg()[0]:.0f}"

    def said(self, pattern):
        """What this start's output says where the pattern has its group, or None."""
        with open(self._log("out"), errors="replace") as file:
            match = re.search(pattern, file.read())
        return match.group(1) if match else None

    def drop_logs(self):
        """Of all earlier starts; a long run would fill the disk with them."""
        for number in range(1, self.starts):
            for kind in ("out", "err"):
                try:
                    os.unlink(os.path.join(self.folder, f"{kind}.{number}"))
                except FileNotFoundError:
                    pass

    def store_figures(self):
        """The `store` part of the control socket's status; {} when nobody answers there."""
        try:
            return next(control.ask(self.data, {"command": "status"}, 0.5)).get("store", {})
        except (control.Gone, control.Refused):
            return {}


def check_books(program, data, limits):
    """`cpctl check` on the data of a switch that is stopped: (all right, what it printed)."""
    process = subprocess.Popen([program, "check", "--data", data], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    _running[process.pid] = process
    try:
        text, _ = process.communicate(timeout=limits.check)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
        return False, f"cpctl check did not end within {limits.check} s"
    finally:
        _running.pop(process.pid, None)
    return process.returncode == 0, text.decode(errors="replace")
