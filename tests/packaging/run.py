#!/usr/bin/env python3
"""The package installs, starts, is upgraded, removed and purged, and leaves only what is documented.

    run.py --build build/dev [--package FILE]

Packs what is built (or takes FILE), and puts it into a throw-away machine: this one's files under an
overlay, in mount and network namespaces of their own. Nothing of it comes back here. Needs root; without,
it ends with 77, which ctest counts as skipped.
"""

import argparse
import ctypes
import fcntl
import glob
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

from machine import Machine, Service, echo_code, expect

UNIT = "/lib/systemd/system/cyberpass.service"
KEPT_AFTER_PURGE = ("/etc/cyberpass", "/var/lib/cyberpass", "/var/log/cyberpass", "/var/backups/cyberpass")
PORT = 8580


def pack(build, folder):
    """As `make deb` does, but quickly: not stripped and hardly compressed."""
    done = subprocess.run(["cpack", "--config", os.path.join(build, "CPackConfig.cmake"), "-G", "DEB",
                           "-B", folder, "-D", "CPACK_STRIP_FILES=OFF",
                           "-D", "CPACK_DEBIAN_COMPRESSION_TYPE=zstd"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    expect(done.returncode == 0, done.stdout)
    return glob.glob(os.path.join(folder, "cyberpass_*.deb"))[0]


def look_at_installation(machine):
    for path, mode, owner in (("/etc/cyberpass", 0o750, "root"),
                              ("/etc/cyberpass/master.key", 0o600, "cyberpass"),
                              ("/var/lib/cyberpass", 0o700, "cyberpass"),
                              ("/var/lib/cyberpass/keys", 0o600, "cyberpass"),
                              ("/var/log/cyberpass", 0o750, "cyberpass"),
                              ("/etc/cyberpass/cyberpass.conf", 0o644, "root"),
                              (UNIT, 0o644, "root")):
        expect(machine.mode_and_owner(path) == (mode, owner),
               f"{path}: {machine.mode_and_owner(path)}")
    files = machine.run("dpkg", "-L", "cyberpass").split()
    expect(not any("demo" in name for name in files), "published keys are no bank's")
    machine.run("cpswitch", "--version")
    machine.run("cpsim", "--help")
    if shutil.which("systemd-analyze"):
        said = machine.run("systemd-analyze", "verify", "--man=no", UNIT)
        expect("cyberpass.service" not in said, said)


def serve(machine):
    """Starts it as the unit says, uses it as an operator does, and stops it."""
    with Service(machine, UNIT) as service:
        expect("1 stations on ports 8580" in service.wait_for("READY")["STATUS"], "ready")
        expect(echo_code(PORT) == "00", "an echo")
        expect("business day" in service.as_user("cpctl", "--data", "/var/lib/cyberpass", "status"),
               "status")
        # Under the unit it may write nowhere else.
        folder = f"/var/backups/cyberpass/{time.time_ns()}"
        service.as_user("cpctl", "--data", "/var/lib/cyberpass", "backup", folder)
        expect(machine.has(f"{folder}/manifest"), "a backup")
        expect("everything is as it was" in service.reload(), "reload")
        expect(service.wait_for("RELOADING") and service.wait_for("READY"), "it says that it reloads")
        rotate_logs(machine)
        expect(echo_code(PORT) == "00", "an echo after all that")
        service.stop()
    said = machine.read("/var/log/cyberpass/switch.log")
    expect("everything in flight was answered" in said, said)
    expect(machine.mode_and_owner("/var/log/cyberpass/switch.log")[0] == 0o600, "a private log")


def rotate_logs(machine):
    if not machine.has("/usr/sbin/logrotate"):
        return
    machine.run("logrotate", "--force", "/etc/logrotate.d/cyberpass")
    expect("connect" in machine.read("/var/log/cyberpass/switch.log.1"), "what was logged before")
    expect(machine.gets("/var/log/cyberpass/switch.log", "reload"), "a new file")


def check_never_started(machine, package):
    before = machine.users()
    machine.run("dpkg", "--install", package)
    look_at_installation(machine)
    machine.run("dpkg", "--purge", "cyberpass")
    left = machine.left_by("cyberpass")
    expect(not left, f"installed, never started, purged: {left} is left")
    expect(machine.users() == before, "no user is left")


def check_life(machine, package):
    machine.run("dpkg", "--install", package)
    keys = [machine.read("/etc/cyberpass/master.key"), machine.read("/var/lib/cyberpass/keys")]
    serve(machine)
    machine.append("/etc/cyberpass/cyberpass.conf", "# mine\n")
    machine.run("dpkg", "--install", package)
    expect(keys == [machine.read("/etc/cyberpass/master.key"),
                    machine.read("/var/lib/cyberpass/keys")], "an upgrade touches no key")
    expect("# mine" in machine.read("/etc/cyberpass/cyberpass.conf"), "nor the configuration")
    serve(machine)

    machine.run("dpkg", "--remove", "cyberpass")
    expect(not machine.has("/usr/bin/cpswitch") and not machine.has(UNIT), "programs are gone")
    expect(machine.has("/etc/cyberpass/cyberpass.conf"), "the configuration stays")
    said = machine.run("dpkg", "--purge", "cyberpass")
    expect("the ledger and its keys in /var/lib/cyberpass, /etc/cyberpass/master.key" in said, said)
    for path in ("/var/lib/cyberpass/ledger.mdb", "/var/lib/cyberpass/keys",
                 "/etc/cyberpass/master.key", "/var/log/cyberpass/switch.log"):
        expect(machine.has(path), f"{path} is kept")
    left = [path for path in machine.left_by("cyberpass") if not path.startswith(KEPT_AFTER_PURGE)]
    expect(not left, f"purged: {left} is left")


def own_namespaces():
    """Of mounts and networks, the latter with a loopback that is up; True when the system allows it."""
    libc = ctypes.CDLL(None, use_errno=True)
    new_mounts, new_network, make_private = 0x00020000, 0x40000000, 1 << 18 | 1 << 14
    if libc.unshare(new_mounts | new_network) != 0:
        return False
    if libc.mount(b"none", b"/", None, ctypes.c_ulong(make_private), None) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up_and_running = struct.pack("16sh", b"lo", 0x1 | 0x40)
        fcntl.ioctl(any_socket, 0x8914, up_and_running)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/dev")
    parser.add_argument("--package")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="cyberpass-packaging-")
    try:
        package = options.package or pack(os.path.abspath(options.build), folder)
        if os.geteuid() != 0 or not own_namespaces():
            print("not tried: a throw-away machine needs root and namespaces")
            return 77
        for check in (check_never_started, check_life):
            with Machine(os.path.join(folder, check.__name__)) as machine:
                check(machine, machine.take(package))
        print("the package installs, starts, is upgraded, removed and purged")
        return 0
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
