#!/usr/bin/env python3
"""Where the switch's processor time goes: samples of `perf record -g` by part and thread.

  perf record -g --pid "$(head -n 1 DIR/lock)" -o FILE -- sleep 10    # Debian: linux-perf
  bench/profile.py FILE

The kernel's time counts for the system call, or page fault, that it serves.
"""

import collections
import re
import subprocess
import sys

# The first word that occurs in a kernel sample's stack says what it was for.
KERNEL = [("sendto", "sending"), ("recvfrom", "receiving"), ("epoll", "waiting for connections"),
          ("pwrite64", "writing journal or data file"), ("pwritev", "writing journal or data file"),
          ("fdatasync", "syncing"), ("fsync", "syncing"), ("sys_write", "writing the log"),
          ("futex", "waking threads"), ("page_fault", "page faults"), ("madvise", "unmapping")]
LIBRARIES = [("liblmdb", "LMDB"), ("libcrypto", "OpenSSL"), ("spdlog", "log lines"), ("vdso", "clock"),
             ("libc.so", "comparing, copying")]
NAMESPACES = [("ledger::", "ledger"), ("handlers::", "handlers"), ("codec::", "codec"),
              ("crypto::", "crypto"), ("core::", "edge"), ("boost::asio", "edge")]
LOG = re.compile("MessageLog|log_line|fmt::")


def part_of(frames):
    symbol, library = frames[0]
    if "kernel" in library:
        stack = " ".join(name for name, _ in frames)
        return "kernel: " + next((words for word, words in KERNEL if word in stack), "anything else")
    for word, words in LIBRARIES:
        if word in library:
            return words
    if LOG.search(symbol):
        return "log lines"
    return next((words for word, words in NAMESPACES if word in symbol), "anything else")


def samples(file):
    """(process, thread, [(symbol, library)], innermost first) of each sample."""
    text = subprocess.run(["perf", "script", "-i", file, "-F", "pid,tid,ip,sym,dso"],
                          capture_output=True, text=True, errors="replace", check=True).stdout
    for block in text.split("\n\n"):
        head, *lines = block.strip("\n").split("\n")
        threads = re.match(r"\s*(\d+)/(\d+)", head)
        frames = [found.groups() for line in lines
                  if (found := re.match(r"\s*[0-9a-f]+ (.*) \((.*)\)$", line))]
        if threads and frames:
            yield int(threads[1]), int(threads[2]), frames


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    parts = collections.defaultdict(lambda: [0, 0])
    for process, thread, frames in samples(sys.argv[1]):
        parts[part_of(frames)][thread != process] += 1
    total = sum(map(sum, parts.values()))
    if total == 0:
        sys.exit("profile: no samples")
    print("| part | answering thread | other threads |\n|---|---|---|")
    share = lambda count: f"{100 * count / total:.1f} %"
    for part, counts in sorted(parts.items(), key=lambda item: -sum(item[1])):
        if sum(counts) / total >= 0.005:
            print(f"| {part} | {share(counts[0])} | {share(counts[1])} |")
    answering, others = map(sum, zip(*parts.values()))
    print(f"| all of {total:,} samples | {share(answering)} | {share(others)} |")


if __name__ == "__main__":
    main()
