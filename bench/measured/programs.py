"""The programs that a measurement starts, loads and ends; each ends by its own process id."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

BIN = pathlib.Path("build/release/bin")
CONFIG = "config/demo.conf"
READY_WITHIN_S = 120


def quiet_core():
    """A busy core is late with the interrupts of the disk, which the load's machine would not be."""
    lines = pathlib.Path("/proc/interrupts").read_text().splitlines()
    cores = len(lines[0].split())
    served = [0] * cores
    for words in map(str.split, lines[1:]):
        if re.search(r"req\.\d|nvme\d+q|ahci|mpt\dsas", words[-1]):
            served = [sum(pair) for pair in zip(served, map(int, words[1:cores + 1]))]
    return str(max(range(cores), key=lambda core: (-served[core], core)))


def pinned(cores, command):
    return [*(["taskset", "-c", cores] if cores else []), *[str(word) for word in command]]


class Program:
    """A server that says when it is ready; `ready_s` is the time from exec until then."""

    def __init__(self, command, cores, ready_words, log):
        begun = time.monotonic()
        self.log_file = open(log, "wb")
        # Lines come through a pipe, so that the moment of readiness is the moment of the line.
        self.process = subprocess.Popen(pinned(cores, command), stdout=subprocess.PIPE,
                                        stderr=self.log_file)
        for line in self.process.stdout:
            self.log_file.write(line)
            if line.startswith(ready_words.encode()):
                break
        else:
            self.process.wait()
            raise RuntimeError(f"{command[0]} did not get ready; it said: " +
                               pathlib.Path(log).read_text(errors="replace")[-500:])
        self.ready_s = time.monotonic() - begun
        self.reader = threading.Thread(target=self.drain, daemon=True)
        self.reader.start()

    def drain(self):
        for block in iter(lambda: self.process.stdout.read1(1 << 16), b""):
            self.log_file.write(block)

    def end(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait()
        self.reader.join()
        self.log_file.close()


class Switch(Program):
    """cpswitch on the measurement's data folder."""

    def __init__(self, options, folder, *settings):
        self.data = folder / "data"
        # Its message lines, one each, belong to what it costs.
        messages = (folder / "messages.log").resolve()
        super().__init__([BIN / "cpswitch", "--config", CONFIG, "--data", self.data, "--port-base",
                          options.port_base, "--set", f"log.file={messages}",
                          *(word for setting in settings for word in ("--set", setting))],
                         options.switch_cores, "cpswitch ready", folder / "switch.log")

    def status(self):
        """`cpctl status` as a flat table: name to number or text."""
        text = subprocess.run([BIN / "cpctl", "--data", self.data, "status"], capture_output=True,
                              text=True, check=True).stdout
        rows = (re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in text.splitlines())
        figures = {}
        for row in rows:
            if len(row) == 2:
                digits = row[1].replace(",", "")
                figures[row[0]] = int(digits) if re.fullmatch(r"-?\d+", digits) else row[1]
        return figures

    def memory_kb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        figures = {name: int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1))
                   for name in ("VmRSS", "RssAnon", "RssFile", "RssShmem")}
        # In /dev/shm the mapped file counts as shared memory.
        figures["mapped"] = figures["RssFile"] + figures["RssShmem"]
        return figures

    def cpu_s(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Echo(Program):
    """The bare Asio echo in the switch's place, with answers of the same size."""

    def __init__(self, options, folder, answer_bytes):
        command = [BIN / "echo_bench", "--port", options.port_base + 3, "--bytes", answer_bytes]
        super().__init__(command, options.switch_cores, "echo_bench ready", folder / "echo.log")


def bench_command(options, folder, load):
    """`load` is cpbench's options as a dictionary."""
    words = [BIN / "cpbench", "--config", CONFIG, "--port-base", options.port_base, "--json",
             "--cards", options.cards, "--card-file", folder / "cards"]
    for name, value in {"connections": 64, "warmup": options.warmup, **load}.items():
        words += [f"--{name}", value]
    return pinned(options.bench_cores, words)


def run_bench(options, folder, load):
    """cpbench's report; raises when a request stayed without an answer 00."""
    done = subprocess.run(bench_command(options, folder, load), capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"cpbench failed: {done.stderr.strip()[-500:]} {done.stdout[-500:]}")
    report = json.loads(done.stdout)
    if set(report["answers"]) - {"00", "none"}:
        raise RuntimeError(f"not all were approved: {report['answers']}")
    return report


STORE_LINE = re.compile(r"^\w+: (\d+) purchases/s in (\d+) batches/s; us p50 (\d+)  p90 (\d+)  "
                        r"p99 (\d+)  p99\.9 (\d+)  max (\d+); over 1 ms (\d+) of (\d+)$", re.M)


def run_store_bench(options, folder, mode, rate, seconds):
    done = subprocess.run(pinned(options.switch_cores,
                                 [BIN / "store_bench", mode, "--dir", folder / mode, "--cards",
                                  options.cards, "--seconds", seconds, "--rate", rate]),
                          capture_output=True, text=True)
    line = STORE_LINE.search(done.stdout)
    if done.returncode != 0 or line is None:
        raise RuntimeError(f"store_bench {mode} failed: {done.stderr}{done.stdout[-500:]}")
    names = ("per_second", "batches_per_second", "p50_us", "p90_us", "p99_us", "p999_us", "max_us",
             "over_1ms", "requests")
    return dict(zip(names, map(int, line.groups())))
