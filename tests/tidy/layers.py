#!/usr/bin/env python3
"""Fails when an include breaks the architecture, or a file has grown too large.

    layers.py [ROOT]       checks the sources below ROOT (default: this repository); exit 1, a line each
    layers.py --selftest   plants every kind of violation in a tree of its own and expects its line

Arrows point one way: base <- codec <- crypto <- ledger <- {handlers, acquirers, settlement} <- switch, the
three in braces knowing nothing of each other; config and tools see what they need of what lies below.
"""

import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MAX_LINES = 600

LEDGER = {"base", "codec", "crypto", "ledger"}
# What each folder may include besides itself.
MAY_SEE = {
    "base": set(),
    "codec": {"base"},
    "crypto": {"base", "codec"},
    "ledger": {"base", "codec", "crypto"},
    "handlers": LEDGER,
    "acquirers": LEDGER,
    "settlement": LEDGER,
    "config": LEDGER,
    "switch": LEDGER | {"handlers", "acquirers", "settlement", "config"},
    "tools": LEDGER | {"config"},
    "site": {"base", "codec", "crypto", "config"},
}
# Look at everything; nothing may look at them.
OUTSIDE = {"tests", "bench", "fuzz"}
FOLDERS = set(MAY_SEE) | OUTSIDE

# Headers of others: what they match, where they may stand, and that in words.
FOREIGN = [
    (re.compile(r"openssl/"), re.compile(r"crypto/|(switch|tools)/tls[^/]*$"),
     "OpenSSL belongs to crypto/ (TLS to switch/tls* and tools/tls*)"),
    (re.compile(r"expat\.h$"), re.compile(r"codec/packager_xml\.cpp$"),
     "Expat belongs to codec/packager_xml.cpp"),
    (re.compile(r"prometheus/"), re.compile(r"(switch/metrics[^/]*|tests/.*)$"),
     "Prometheus belongs to switch/metrics*"),
    (re.compile(r"lmdb\.h$"), re.compile(r"ledger/"), "LMDB belongs to one file of ledger/"),
    (re.compile(r"systemd/"), re.compile(r"switch/service_manager\.cpp$"),
     "libsystemd belongs to switch/service_manager.cpp"),
    (re.compile(r"boost/(asio|beast)[/.]"), re.compile(r"(switch|tools|tests|bench)/"),
     "Asio belongs to switch/ and to clients in tools/"),
]
SKIPPED = {"build", ".git", ".ci", "__pycache__"}
SOURCES = (".cpp", ".hpp", ".h", ".cc")
MEASURED = SOURCES + (".py", ".cmake")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def files_below(root):
    """Paths of the measured files, relative to root, in order."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        found += [os.path.relpath(os.path.join(folder, name), root)
                  for name in names if name.endswith(MEASURED)]
    return sorted(found)


def complaint_about(path, quote, header):
    """What is wrong with one include of `path`, or None."""
    folder, target = path.split(os.sep)[0], header.split("/")[0]
    for foreign, place, words in FOREIGN:
        if foreign.match(header) and not place.match(path):
            return f"{header}: {words}"
    if target in FOLDERS and "/" in header:
        if folder not in OUTSIDE and target != folder and target not in MAY_SEE[folder]:
            return f"{header}: {folder}/ must not see {target}/"
    elif quote == '"' and folder not in OUTSIDE:  # a test may name a helper beside it
        return f'{header}: "..." is for files of this repository, named from its root'
    return None


def check(root):
    """All complaints about the tree at root."""
    complaints, lmdb_files = [], []
    for path in files_below(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            lines = file.read().splitlines()
        if len(lines) > MAX_LINES:
            complaints.append(f"{path}: {len(lines)} lines, over {MAX_LINES}: two things live here")
        if not path.endswith(SOURCES):
            continue
        if path.split(os.sep)[0] not in FOLDERS:
            complaints.append(f"{path}: this folder has no place in layers.py")
            continue
        if path.endswith(".hpp") and "#pragma once" not in lines:
            complaints.append(f"{path}: a header needs #pragma once")
        for number, line in enumerate(lines, 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            quote, header = include.groups()
            complaint = complaint_about(path, quote, header)
            if complaint:
                complaints.append(f"{path}:{number}: {complaint}")
            elif header == "lmdb.h" and path not in lmdb_files:
                lmdb_files.append(path)
    if len(lmdb_files) > 1:
        complaints.append(f"lmdb.h: LMDB belongs to one file of ledger/, not to {', '.join(lmdb_files)}")
    return complaints


# --------------------------------------------------------------------------------------------------
# Selftest
# --------------------------------------------------------------------------------------------------

GOOD = {
    "base/a.hpp": "#pragma once\n#include <vector>\n",
    "codec/a.hpp": '#pragma once\n#include "base/a.hpp"\n',
    "crypto/a.hpp": '#pragma once\n#include <openssl/evp.h>\n#include "codec/a.hpp"\n',
    "codec/packager_xml.cpp": '#include <expat.h>\n#include "codec/a.hpp"\n',
    "ledger/a.hpp": '#pragma once\n#include "crypto/a.hpp"\n',
    "ledger/a.cpp": '#include <lmdb.h>\n#include "ledger/a.hpp"\n',
    "handlers/a.hpp": '#pragma once\n#include "ledger/a.hpp"\n',
    "acquirers/a.hpp": '#pragma once\n#include "ledger/a.hpp"\n',
    "settlement/a.hpp": '#pragma once\n#include "ledger/a.hpp"\n',
    "config/a.hpp": '#pragma once\n#include "ledger/a.hpp"\n',
    "switch/a.hpp": '#pragma once\n#include <boost/asio.hpp>\n#include "handlers/a.hpp"\n'
                    '#include "acquirers/a.hpp"\n#include "config/a.hpp"\n',
    "switch/tls_context.cpp": '#include <openssl/ssl.h>\n#include "switch/a.hpp"\n',
    "tools/tls_client.cpp": "#include <openssl/ssl.h>\n",
    "tools/a.cpp": '#include <boost/asio/ip/tcp.hpp>\n#include "config/a.hpp"\n',
    "tests/ledger/a_test.cpp": '#include <gtest/gtest.h>\n#include "switch/a.hpp"\n',
    "tests/codec/a_test.cpp": '#include "support.hpp"\n',
    "build/dev/generated.cpp": '#include "nowhere.hpp"\n',
    "docs/words.py": "# long enough\n" * MAX_LINES,
}

# Files over the good ones, and the complaints that must come; nothing else may.
BAD = [
    ({"base/b.hpp": '#pragma once\n#include "codec/a.hpp"\n'},
     ["base/b.hpp:2: codec/a.hpp: base/ must not see codec/"]),
    ({"codec/b.cpp": '#include "crypto/a.hpp"\n'},
     ["codec/b.cpp:1: crypto/a.hpp: codec/ must not see crypto/"]),
    ({"crypto/b.cpp": '\n  #  include "ledger/a.hpp"\n'},
     ["crypto/b.cpp:2: ledger/a.hpp: crypto/ must not see ledger/"]),
    ({"crypto/b.cpp": "#include <ledger/a.hpp>\n"},
     ["crypto/b.cpp:1: ledger/a.hpp: crypto/ must not see ledger/"]),
    ({"ledger/b.cpp": '#include "handlers/a.hpp"\n'},
     ["ledger/b.cpp:1: handlers/a.hpp: ledger/ must not see handlers/"]),
    ({"handlers/b.cpp": '#include "acquirers/a.hpp"\n'},
     ["handlers/b.cpp:1: acquirers/a.hpp: handlers/ must not see acquirers/"]),
    ({"acquirers/b.cpp": '#include "settlement/a.hpp"\n'},
     ["acquirers/b.cpp:1: settlement/a.hpp: acquirers/ must not see settlement/"]),
    ({"settlement/b.cpp": '#include "handlers/a.hpp"\n'},
     ["settlement/b.cpp:1: handlers/a.hpp: settlement/ must not see handlers/"]),
    ({"settlement/b.cpp": '#include "switch/a.hpp"\n'},
     ["settlement/b.cpp:1: switch/a.hpp: settlement/ must not see switch/"]),
    ({"handlers/b.cpp": '#include "config/a.hpp"\n'},
     ["handlers/b.cpp:1: config/a.hpp: handlers/ must not see config/"]),
    ({"config/b.cpp": '#include "switch/a.hpp"\n'},
     ["config/b.cpp:1: switch/a.hpp: config/ must not see switch/"]),
    ({"tools/b.cpp": '#include "switch/a.hpp"\n#include "handlers/a.hpp"\n'},
     ["tools/b.cpp:1: switch/a.hpp: tools/ must not see switch/",
      "tools/b.cpp:2: handlers/a.hpp: tools/ must not see handlers/"]),
    ({"switch/b.cpp": '#include "tests/ledger/a_test.cpp"\n'},
     ["switch/b.cpp:1: tests/ledger/a_test.cpp: switch/ must not see tests/"]),
    ({"ledger/b.cpp": "#include <openssl/sha.h>\n"},
     ["ledger/b.cpp:1: openssl/sha.h: OpenSSL belongs to crypto/ (TLS to switch/tls* and tools/tls*)"]),
    ({"switch/session.cpp": "#include <openssl/ssl.h>\n"},
     ["switch/session.cpp:1: openssl/ssl.h: OpenSSL belongs to crypto/ (TLS to switch/tls* and tools/tls*)"]),
    ({"tools/link.cpp": "#include <openssl/ssl.h>\n"},
     ["tools/link.cpp:1: openssl/ssl.h: OpenSSL belongs to crypto/ (TLS to switch/tls* and tools/tls*)"]),
    ({"switch/tls/b.cpp": "#include <openssl/ssl.h>\n"},
     ["switch/tls/b.cpp:1: openssl/ssl.h: OpenSSL belongs to crypto/ (TLS to switch/tls* and tools/tls*)"]),
    ({"tests/crypto/b_test.cpp": "#include <openssl/evp.h>\n"},
     ["tests/crypto/b_test.cpp:1: openssl/evp.h: OpenSSL belongs to crypto/ (TLS to switch/tls* and tools/tls*)"]),
    ({"config/b.cpp": "#include <expat.h>\n"},
     ["config/b.cpp:1: expat.h: Expat belongs to codec/packager_xml.cpp"]),
    ({"switch/server.cpp": "#include <prometheus/counter.h>\n"},
     ["switch/server.cpp:1: prometheus/counter.h: Prometheus belongs to switch/metrics*"]),
    ({"switch/b.cpp": "#include <lmdb.h>\n"},
     ["switch/b.cpp:1: lmdb.h: LMDB belongs to one file of ledger/"]),
    ({"ledger/b.cpp": "#include <lmdb.h>\n"},
     ["lmdb.h: LMDB belongs to one file of ledger/, not to ledger/a.cpp, ledger/b.cpp"]),
    ({"switch/b.cpp": "#include <systemd/sd-daemon.h>\n"},
     ["switch/b.cpp:1: systemd/sd-daemon.h: libsystemd belongs to switch/service_manager.cpp"]),
    ({"handlers/b.cpp": "#include <boost/asio/steady_timer.hpp>\n"},
     ["handlers/b.cpp:1: boost/asio/steady_timer.hpp: Asio belongs to switch/ and to clients in tools/"]),
    ({"config/b.cpp": "#include <boost/beast.hpp>\n"},
     ["config/b.cpp:1: boost/beast.hpp: Asio belongs to switch/ and to clients in tools/"]),
    ({"codec/b.cpp": '#include "a.hpp"\n'},
     ['codec/b.cpp:1: a.hpp: "..." is for files of this repository, named from its root']),
    ({"codec/b.cpp": '#include "../base/a.hpp"\n'},
     ['codec/b.cpp:1: ../base/a.hpp: "..." is for files of this repository, named from its root']),
    ({"codec/b.hpp": "int x;\n"}, ["codec/b.hpp: a header needs #pragma once"]),
    ({"lib/b.cpp": "int x;\n"}, ["lib/b.cpp: this folder has no place in layers.py"]),
    ({"codec/b.cpp": "// x\n" * (MAX_LINES + 1)},
     ["codec/b.cpp: 601 lines, over 600: two things live here"]),
    ({"tests/b.py": "# x\n" * 700}, ["tests/b.py: 700 lines, over 600: two things live here"]),
    ({"codec/b.cpp": '// #include "ledger/a.hpp"\n'}, []),
]


def complaints_of(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        return check(root)


def selftest():
    failures = 0
    for planted, expected in [({}, [])] + BAD:
        got = complaints_of({**GOOD, **planted})
        if got != expected:
            failures += 1
            print(f"planted {sorted(planted)}\n  expected {expected}\n  got      {got}")
    print(f"{len(BAD) + 1} trees, {failures} wrong")
    return failures == 0


def main(arguments):
    if arguments == ["--selftest"]:
        return 0 if selftest() else 1
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    root = arguments[0] if arguments else os.path.dirname(os.path.dirname(HERE))
    complaints = check(root)
    print("\n".join(complaints) if complaints else "every include keeps to its layer")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
