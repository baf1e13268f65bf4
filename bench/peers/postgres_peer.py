#!/usr/bin/env python3
"""PostgreSQL 15 doing the switch's purchase, durable before its answer, on 64 connections.

  bench/peers/postgres_peer.py [--dir build/peers/postgres] [--cards 1000000] [--seconds 30]
                               [--commit-delay US]

Makes a cluster of its own in the folder, fills it, runs pgbench against it, proves the books,
prints one JSON object and ends the server. Without --commit-delay it first tries some and takes the
best.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
FACE_WON = 100_000
COMMIT_DELAYS_US = [0, 20, 50, 100, 200, 400]
TUNING_S = 5  # for each of them

# All durable; otherwise as fast as it gets on a small machine. No checkpoint falls into a run.
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "lz4",
    "wal_buffers": "64MB",
    "commit_siblings": "5",
    "shared_buffers": "2GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "max_connections": "100",
    "jit": "off",
    "track_activities": "off",
    "huge_pages": "try",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


class PostgresPeer:
    """A cluster in `folder`, filled on first use; the server runs between start() and stop()."""

    def __init__(self, folder, cards, port, client_cores=None):
        self.folder = pathlib.Path(folder).resolve()
        self.cards, self.port = cards, port
        self.commit_delay_us = 0
        self.client_cores = client_cores
        self.server = None

    def as_owner(self, command):
        """The server refuses to run as root."""
        command = [str(word) for word in command]
        return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command

    def query(self, *arguments):
        command = [BIN / "psql", "-h", "127.0.0.1", "-p", self.port, "-U", "bench", "-X", "-q",
                   "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments, "postgres"]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"psql failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self):
        data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        if not data.exists():
            if os.geteuid() == 0:
                shutil.chown(self.folder, "postgres", "postgres")
            initdb = [BIN / "initdb", "-D", data, "-U", "bench", "-A", "trust", "--locale=C"]
            made = subprocess.run(self.as_owner(initdb), capture_output=True, text=True, cwd="/")
            if made.returncode != 0:
                raise RuntimeError("initdb failed (can the user postgres reach the folder?): " +
                                   made.stderr.strip())
        options = {**SETTINGS, "port": self.port}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        log = open(self.folder.parent / "postgres.log", "w")
        self.server = subprocess.Popen(self.as_owner([BIN / "postgres", "-D", data, *words]),
                                       stdout=log, stderr=log, cwd="/")
        for _ in range(600):
            try:
                self.query("-c", "SELECT 1")
                break
            except RuntimeError:
                if self.server.poll() is not None:
                    raise RuntimeError(f"PostgreSQL did not start; see {log.name}") from None
                time.sleep(0.1)
        self.fill()

    def fill(self):
        if self.query("-c", "SELECT to_regclass('cards')") == "":
            self.query("-f", str(HERE / "postgres.sql"))
            self.query("-c", f"INSERT INTO cards SELECT id, 2, {FACE_WON}, {FACE_WON}, 0 "
                             f"FROM generate_series(1, {self.cards}) id")
            self.query("-c", "INSERT INTO merchants VALUES (1, 0)")
        # Every page of the cards is written anew and no checkpoint follows, so that the run need
        # not write whole pages into the WAL.
        self.query("-c", "TRUNCATE transactions", "-c", "UPDATE merchants SET payable_won = 0",
                   "-c", "UPDATE cards SET balance_won = face_won, spent_won = 0")
        self.query("-c", "VACUUM ANALYZE cards")

    def pgbench(self, seconds, books_merchant, log_prefix=None):
        command = ["taskset", "-c", self.client_cores] if self.client_cores else []
        command += [str(BIN / "pgbench"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "bench",
                    "-n", "-M", "prepared", "-c", "64", "-j", "1", "-T", str(seconds),
                    "-D", f"cards={self.cards}",
                    "-D", f"books_merchant={str(books_merchant).lower()}",
                    "-f", str(HERE / "postgres_debit.pgbench")]
        if log_prefix is not None:
            command += ["-l", f"--log-prefix={log_prefix}"]
        environment = {**os.environ, "PGOPTIONS": f"-c commit_delay={self.commit_delay_us}"}
        done = subprocess.run([*command, "postgres"], capture_output=True, text=True,
                              env=environment)
        rates = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("tps = ")]
        if done.returncode != 0 or not rates:
            raise RuntimeError(f"pgbench failed: {done.stdout} {done.stderr}")
        return float(rates[0])

    def tune(self, seconds):
        """Takes the commit delay with the most purchases a second; returns what each gave."""
        tried = {}
        for self.commit_delay_us in COMMIT_DELAYS_US:
            tried[self.commit_delay_us] = round(self.pgbench(seconds, books_merchant=False))
        self.commit_delay_us = max(tried, key=tried.get)
        return tried

    def measure(self, seconds, warmup_s, books_merchant):
        """One run on fresh balances; raises where the books are wrong after it."""
        self.fill()
        self.pgbench(max(1, warmup_s), books_merchant)
        prefix = self.folder.parent / "pgbench"
        rate = self.pgbench(seconds, books_merchant, prefix)
        latencies = []
        for file in self.folder.parent.glob("pgbench.*"):
            latencies += [int(line.split()[2]) for line in file.read_text().splitlines()]
            file.unlink()
        latencies.sort()
        right, spent, moved, payable, wrong = self.query(
            "-v", f"books_merchant={str(books_merchant).lower()}",
            "-f", str(HERE / "postgres_check.sql")).split("|")
        if right != "t":
            raise RuntimeError(f"PostgreSQL's books are wrong: spent {spent}, moved {moved}, "
                               f"payable {payable}, {wrong} cards")
        at = lambda share: latencies[min(len(latencies) - 1, int(share * len(latencies)))]
        return {"per_second": rate, "requests": len(latencies),
                "p50_us": at(0.5), "p99_us": at(0.99), "p999_us": at(0.999),
                "max_us": latencies[-1],
                "books_merchant": books_merchant, "books_balance": True, "moved_won": int(moved)}

    def settings(self):
        names = ["server_version", "wal_sync_method", *SETTINGS]
        shown = {name: self.query("-c", f"SHOW {name}") for name in names}
        return {**shown, "commit_delay": f"{self.commit_delay_us} us"}

    def stop(self):
        if self.server is None:
            return
        stop = [BIN / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "stop"]
        subprocess.run(self.as_owner(stop), capture_output=True, cwd="/")
        self.server.wait()
        self.server = None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dir", default="build/peers/postgres")
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--port", type=int, default=8595)
    parser.add_argument("--commit-delay", type=int)
    options = parser.parse_args()
    peer = PostgresPeer(options.dir, options.cards, options.port)
    try:
        peer.start()
        if options.commit_delay is None:
            print(json.dumps({"commit_delays": peer.tune(TUNING_S)}), flush=True)
        else:
            peer.commit_delay_us = options.commit_delay
        for books_merchant in (False, True):
            report = peer.measure(options.seconds, 2, books_merchant)
            print(json.dumps({**report, "settings": peer.settings()}), flush=True)
    finally:
        peer.stop()


if __name__ == "__main__":
    sys.exit(main())
