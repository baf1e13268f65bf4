"""One `cpswitch` on ports and a data folder of its own, started, awaited, stopped and always cleaned up."""

import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from demo_world import FIRST_PORT, PORT_COUNT

LOCK_FOLDER = os.path.join(tempfile.gettempdir(), f"cyberpass-scenario-ports-{os.getuid()}")
LOWEST_BASE, HIGHEST_BASE = 20000, 55000

WITHOUT_BRAKE = "limits.guess-brake=no"  # tests guess wrong all the time; options may say otherwise

_running = set()
_folders = set()
_running_lock = threading.Lock()


def kill_all():
    """Ends every switch of this process by its process id and removes its folders; for signals."""
    for process in list(_running):  # no lock: a signal may have come while it was held
        if process.poll() is None:
            process.kill()
    for folder in list(_folders):
        shutil.rmtree(folder, ignore_errors=True)


class SwitchProblem(Exception):
    pass


class PortRange:
    """Free ports in a row; a file lock keeps other runs of these tests away from them."""

    def __init__(self):
        os.makedirs(LOCK_FOLDER, exist_ok=True)
        bases = list(range(LOWEST_BASE, HIGHEST_BASE, 20))
        random.shuffle(bases)
        for base in bases[:400]:
            self._lock = open(os.path.join(LOCK_FOLDER, str(base)), "w")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                continue
            if all(map(self._is_free, range(base, base + PORT_COUNT))):
                self.base = base
                return
            self._lock.close()
        raise SwitchProblem("no free ports in a row")

    @staticmethod
    def _is_free(port):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
            return True

    def release(self):
        self._lock.close()


class Switch:
    """start, stop or kill, start again …; `close` at the end whatever happened."""

    def __init__(self, program, config, patience, keep):
        self.program, self.config, self.patience, self.keep = program, config, patience, keep
        self.folder = tempfile.mkdtemp(prefix="cyberpass-scenario-")
        if not keep:
            _folders.add(self.folder)
        self.data = os.path.join(self.folder, "data")
        os.mkdir(self.data)
        self.process = None
        self.ports = None
        self.starts = 0

    def port(self, demo_port):
        return self.ports.base + demo_port - FIRST_PORT

    def start(self, options):
        if self.process is not None:
            raise SwitchProblem("the switch is running already")
        for attempt in range(5):
            if self.ports is None:
                self.ports = PortRange()
            if self._try_start(options):
                return
            if "in use" not in self.tail(20):
                break
            self.ports.release()  # somebody outside of these tests took a port meanwhile
            self.ports = None
        raise SwitchProblem(f"the switch did not get ready; it said: {self.tail(6)}")

    def _log(self, kind):
        return os.path.join(self.folder, f"{kind}.{self.starts}")

    def _try_start(self, options):
        self.starts += 1
        command = [self.program, "--config", self.config, "--data", self.data,
                   "--port-base", str(self.ports.base), "--set", WITHOUT_BRAKE]
        for option in options:
            command += ["--set", option]
        if shutil.which("setpriv"):  # should this process be killed, the switch goes with it
            command = ["setpriv", "--pdeathsig", "KILL"] + command
        with open(self._log("stdout"), "wb") as out, open(self._log("stderr"), "wb") as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        with _running_lock:
            _running.add(process)
        self.process = process
        deadline = time.monotonic() + 4 * self.patience + 10
        while time.monotonic() < deadline:
            with open(self._log("stdout"), "rb") as out:
                if any(b"ready" in line for line in out):
                    return True
            if process.poll() is not None:
                break
            time.sleep(0.01)
        process.kill()
        process.wait(30)
        with _running_lock:
            _running.discard(process)
        self.process = None
        return False

    def _end(self, how):
        """The exit status, or None when it did not end in time and was killed."""
        process, self.process = self.process, None
        if process is None:
            return 0
        early = process.poll()
        if early is None:
            process.send_signal(how)
        try:
            status = process.wait(10 + 2 * self.patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)
            status = None
        with _running_lock:
            _running.discard(process)
        if early is not None:
            raise SwitchProblem(f"the switch had ended by itself with status {early}; "
                                f"it said: {self.tail(6)}")
        return status

    def stop(self):
        status = self._end(signal.SIGTERM)
        if status is None:
            raise SwitchProblem("the switch did not stop after SIGTERM")
        if status != 0:
            raise SwitchProblem(f"the switch ended with status {status} after SIGTERM; "
                                f"it said: {self.tail(6)}")

    def kill(self):
        self._end(signal.SIGKILL)

    def cpctl(self, words):
        """A command of the operator's tool, which stands beside the switch; it must end well."""
        tool = os.path.join(os.path.dirname(os.path.abspath(self.program)), "cpctl")
        done = subprocess.run([tool, "--data", self.data] + words, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30 + 4 * self.patience)
        if done.returncode != 0:
            raise SwitchProblem(f"cpctl {' '.join(words)} ended with {done.returncode}: "
                                f"{done.stderr.strip()}")

    def ended(self):
        """Whether it ended by itself, which it never should."""
        return self.process is not None and self.process.poll() is not None

    def forget(self):
        """Drops a process that ended by itself, or ends it, without judging that."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        with _running_lock:
            _running.discard(self.process)
        self.process = None

    def logs(self):
        """Everything that it wrote to its outputs so far."""
        text = ""
        for number in range(1, self.starts + 1):
            for kind in ("stdout", "stderr"):
                with open(os.path.join(self.folder, f"{kind}.{number}"), errors="replace") as file:
                    text += file.read()
        return text

    def file_names(self):
        return [name for _, folders, files in os.walk(self.data) for name in folders + files]

    def tail(self, lines):
        text = ""
        for kind in ("stdout", "stderr"):
            try:
                with open(self._log(kind), errors="replace") as file:
                    text += file.read()
            except FileNotFoundError:
                pass
        return " | ".join(text.strip().split("\n")[-lines:])

    def close(self):
        self.forget()
        if self.ports is not None:
            self.ports.release()
            self.ports = None
        if not self.keep:
            _folders.discard(self.folder)
            shutil.rmtree(self.folder, ignore_errors=True)
