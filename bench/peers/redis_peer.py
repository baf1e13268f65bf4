#!/usr/bin/env python3
"""Redis 7 doing the switch's purchase, durable before its answer, on 64 connections.

  bench/peers/redis_peer.py [--dir build/peers/redis] [--cards 1000000] [--seconds 30]
                            [--io-threads N]

Starts a server with nothing in it in the folder, makes the cards, runs redis-benchmark against it,
proves the books, prints one JSON object and ends the server.
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FACE_WON = 100_000
CHUNK = 10_000  # numbers a script looks at in one call

SETTINGS = {
    "appendonly": "yes",
    "appendfsync": "always",
    "auto-aof-rewrite-percentage": "0",  # no rewrite falls into a run
    "save": "",
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "hz": "10",
}


class RedisPeer:
    """The server runs between start() and stop(); nothing is kept."""

    def __init__(self, folder, cards, port, io_threads=1, client_cores=None):
        self.folder = pathlib.Path(folder).resolve()
        self.cards, self.port, self.io_threads = cards, port, io_threads
        self.client_cores = client_cores
        self.server = None
        self.scripts = {}

    def ask(self, *words):
        command = ["redis-cli", "-p", str(self.port), "-e", *[str(word) for word in words]]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"redis-cli failed: {done.stdout.strip()} {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        options = {**SETTINGS, "port": self.port, "dir": self.folder, "io-threads": self.io_threads}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        log = open(self.folder / "log", "w")
        self.server = subprocess.Popen(["redis-server", *words], stdout=log, stderr=log)
        for _ in range(100):
            try:
                self.ask("PING")
                break
            except RuntimeError:
                if self.server.poll() is not None:
                    raise RuntimeError(f"Redis did not start; see {log.name}") from None
                time.sleep(0.1)
        for name in ("debit", "fill", "sums"):
            text = (HERE / f"redis_{name}.lua").read_text()
            self.scripts[name] = self.ask("SCRIPT", "LOAD", text)
        for first in range(0, self.cards, CHUNK):
            self.ask("EVALSHA", self.scripts["fill"], 0, first, min(first + CHUNK, self.cards) - 1,
                     FACE_WON)

    def sum_of(self, what, first, last):
        return sum(int(self.ask("EVALSHA", self.scripts["sums"], 0, what, number,
                                min(number + CHUNK - 1, last)))
                   for number in range(first, last + 1, CHUNK))

    def benchmark(self, requests):
        command = ["taskset", "-c", self.client_cores] if self.client_cores else []
        command += ["redis-benchmark", "-p", str(self.port), "-c", "64", "-n", str(requests),
                    "-r", str(self.cards), "--csv", "EVALSHA", self.scripts["debit"], "2",
                    "card:__rand_int__", "merchant:1", "10", "__rand_int____rand_int__"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or "rps" not in done.stdout:
            raise RuntimeError(f"redis-benchmark failed: {done.stdout} {done.stderr}")
        # Above the table it may warn.
        table = done.stdout[done.stdout.index('"test"'):]
        row = next(csv.DictReader(table.splitlines()))
        return {name: float(value) for name, value in row.items() if name != "test"}

    def measure(self, seconds, warmup_s):
        """Raises where the books are wrong after it."""
        rate = self.benchmark(5_000)["rps"]
        rate = self.benchmark(max(1_000, int(rate * max(1, warmup_s))))["rps"]
        requests = max(1_000, int(rate * seconds))
        row = self.benchmark(requests)
        merchant = int(self.ask("GET", "merchant:1"))
        moved = self.sum_of("transactions", 1, int(self.ask("GET", "sequence")))
        balances = self.sum_of("cards", 0, self.cards - 1)
        if not merchant == moved == self.cards * FACE_WON - balances or moved == 0:
            raise RuntimeError(f"Redis' books are wrong: merchant {merchant}, moved {moved}, cards "
                               f"{balances}")
        return {"per_second": row["rps"], "requests": requests,
                "p50_us": row["p50_latency_ms"] * 1_000, "p99_us": row["p99_latency_ms"] * 1_000,
                "max_us": row["max_latency_ms"] * 1_000, "books_balance": True, "moved_won": moved}

    def settings(self):
        names = [*SETTINGS, "io-threads"]
        shown = {name: self.ask("CONFIG", "GET", name).partition("\n")[2] for name in names}
        shown["version"] = subprocess.run(["redis-server", "--version"], capture_output=True,
                                          text=True).stdout.split()[2]
        return shown

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            self.server = None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dir", default="build/peers/redis")
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--port", type=int, default=8596)
    parser.add_argument("--io-threads", type=int, default=1)
    options = parser.parse_args()
    peer = RedisPeer(options.dir, options.cards, options.port, options.io_threads)
    try:
        peer.start()
        report = peer.measure(options.seconds, 2)
        print(json.dumps({**report, "settings": peer.settings()}))
    finally:
        peer.stop()


if __name__ == "__main__":
    sys.exit(main())
