"""A throw-away machine: this one's files under an overlay; and a unit, run as systemd would, without it."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "golden"))
import iso8583 as iso  # noqa: E402

PATIENCE = 60.0  # s; for a start with sanitizers on a busy machine
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


class Failed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failed(what)


def echo_code(port):
    """DE 39 of the answer to an echo."""
    message = {0: "0800", 7: "1122011530", 11: "000001", 70: "301"}
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(iso.frame("2-byte", iso.encode_message("iso87-binary", message)))
        return iso.decode_message("iso87-binary", connection.recv(4096)[2:])[39]


class Machine:
    """Made in a mount namespace of this process's own. What is written there lies in memory."""

    def __init__(self, folder):
        self.folder = folder
        self.root = os.path.join(folder, "root")
        self.written = os.path.join(folder, "memory", "written")

    def __enter__(self):
        os.makedirs(self.root)
        memory = os.path.join(self.folder, "memory")
        os.mkdir(memory)
        self._mount("-t", "tmpfs", "tmpfs", memory)
        work = os.path.join(memory, "work")
        os.mkdir(work)
        os.mkdir(self.written)
        self._mount("-t", "overlay", "overlay", self.root, "-o",
                    f"lowerdir=/,upperdir={self.written},workdir={work}")
        self._mount("-t", "proc", "proc", os.path.join(self.root, "proc"))
        self._mount("--bind", "/dev", os.path.join(self.root, "dev"))
        for path in ("tmp", "run"):
            self._mount("-t", "tmpfs", "tmpfs", os.path.join(self.root, path))
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--recursive", "--lazy", self.root])
        subprocess.run(["umount", "--lazy", os.path.join(self.folder, "memory")])

    def _mount(self, *words):
        done = subprocess.run(["mount", *words], capture_output=True, text=True)
        expect(done.returncode == 0, done.stderr)

    def inside(self, path):
        return os.path.join(self.root, path.lstrip("/"))

    def take(self, file):
        shutil.copy(file, self.inside("/tmp"))
        return os.path.join("/tmp", os.path.basename(file))

    def run(self, *words):
        """Output of a command in there that must end well."""
        done = subprocess.run(["chroot", self.root, *words], env=ENVIRONMENT, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=4 * PATIENCE)
        expect(done.returncode == 0, f"{words}: {done.returncode}: {done.stdout}")
        return done.stdout

    def has(self, path):
        return os.path.lexists(self.inside(path))

    def read(self, path):
        with open(self.inside(path), errors="replace") as file:
            return file.read()

    def gets(self, path, text):
        """Waits until this is in the file."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.has(path) and text in self.read(path):
                return True
            time.sleep(0.02)
        return False

    def append(self, path, text):
        with open(self.inside(path), "a") as file:
            file.write(text)

    def users(self):
        return sorted(line.split(":")[0] for line in self.read("/etc/passwd").splitlines())

    def ids(self, user):
        for line in self.read("/etc/passwd").splitlines():
            name, _, uid, gid, *_ = line.split(":")
            if name == user:
                return int(uid), int(gid)
        raise Failed(f"no user {user}")

    def mode_and_owner(self, path):
        found = os.lstat(self.inside(path))
        owners = {self.ids(name)[0]: name for name in self.users()}
        return stat.S_IMODE(found.st_mode), owners.get(found.st_uid, found.st_uid)

    def left_by(self, name):
        """Paths with this in their name that were written in there and still are."""
        found = []
        for folder, folders, files in os.walk(self.written):
            for path in (os.path.join(folder, entry) for entry in folders + files):
                deleted = stat.S_ISCHR(os.lstat(path).st_mode)  # an overlay's mark
                if name in os.path.basename(path) and not deleted:
                    found.append("/" + os.path.relpath(path, self.written))
        return sorted(found)


class Service:
    """Runs a unit's ExecStart as its user, with its credentials and a socket to be notified by."""

    def __init__(self, machine, unit):
        self.machine = machine
        self.settings = {}
        for line in machine.read(unit).splitlines():
            key, is_setting, value = line.partition("=")
            if is_setting and not line.startswith("#"):
                self.settings.setdefault(key, value)
        self.uid, self.gid = machine.ids(self.settings["User"])

    def __enter__(self):
        expect(self.settings["Type"] == "notify", "the unit is told when it serves")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self.machine.inside("/run/notify")
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.socket.settimeout(PATIENCE)
        self.output = open(self.machine.inside("/tmp/output"), "w+")
        self.process = self._start(self.settings["ExecStart"], NOTIFY_SOCKET="/run/notify",
                                   CREDENTIALS_DIRECTORY=self._credentials(),
                                   WATCHDOG_USEC=f"{self.settings['WatchdogSec']}000000")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.output.close()
        self.socket.close()
        os.remove(self.machine.inside("/run/notify"))

    def _credentials(self):
        folder = "/run/credentials"
        inside = self.machine.inside(folder)
        shutil.rmtree(inside, ignore_errors=True)
        os.mkdir(inside, 0o500)
        name, path = self.settings["LoadCredential"].split(":")
        copy = os.path.join(inside, name)
        shutil.copy(self.machine.inside(path), copy)
        os.chmod(copy, 0o400)
        for owned in (inside, copy):
            os.chown(owned, self.uid, self.gid)
        return folder

    def _words(self, command):
        return ["chroot", f"--userspec={self.uid}:{self.gid}", "--groups=", self.machine.root,
                *command]

    def _start(self, command, **variables):
        return subprocess.Popen(self._words(command.split()), env={**ENVIRONMENT, **variables},
                                stdin=subprocess.DEVNULL, stdout=self.output,
                                stderr=subprocess.STDOUT, umask=int(self.settings["UMask"], 8))

    def as_user(self, *command):
        done = subprocess.run(self._words(command), env=ENVIRONMENT, text=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        expect(done.returncode == 0, f"{command}: {done.stdout}")
        return done.stdout

    def reload(self):
        return self.as_user(*self.settings["ExecReload"].split())

    def wait_for(self, what):
        """The next notification that says so."""
        deadline = time.monotonic() + PATIENCE
        self.socket.settimeout(0.2)
        while time.monotonic() < deadline:
            try:
                text = self.socket.recv(8192).decode()
            except TimeoutError:
                expect(self.process.poll() is None, f"it ended: {self._said()}")
                continue
            told = dict(line.split("=", 1) for line in text.splitlines())
            if told.get(what) == "1":
                return told
        raise Failed(f"no {what}=1: {self._said()}")

    def _said(self):
        self.output.seek(0)
        return self.output.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        expect(self.wait_for("STOPPING"), "stopping")
        code = self.process.wait(float(self.settings["TimeoutStopSec"]))
        expect(code == 0, f"it ended with {code}: {self._said()}")
