#!/usr/bin/env python3
"""Do the alarms fire when they should, and only then?

    alarms.py --rules FILE

Has `promtool check rules` read the file, then plays made-up figures to it with `promtool test rules`: a world
in which all is well, and the same world with one thing wrong after another.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

POS = 'instance="a",job="cyberpass",station="POS"'
HERE = 'instance="a",job="cyberpass"'
# Figures of the world in which all is well, a sample a minute: START+STEPxTIMES.
LONG = 1700
WELL = {
    f"up{{{HERE}}}": f"1x{LONG}",
    f"cyberpass_clock_steps_total{{{HERE}}}": f"0x{LONG}",
    f"cyberpass_log_lines_dropped_total{{{HERE}}}": f"0x{LONG}",
    f'cyberpass_certificate_expiry_timestamp_seconds{{{HERE},listener="L"}}': f"{60 * 86400}x{LONG}",
    f"cyberpass_ledger_writable{{{HERE}}}": f"1x{LONG}",
    f"cyberpass_ledger_poisoned{{{HERE}}}": f"0x{LONG}",
    f"cyberpass_checkpoint_stuck{{{HERE}}}": f"0x{LONG}",
    f'cyberpass_overlay_age_seconds{{{HERE},overlay="active"}}': f"15x{LONG}",
    f'cyberpass_overlay_age_seconds{{{HERE},overlay="frozen"}}': f"30x{LONG}",
    f"cyberpass_journal_bytes{{{HERE}}}": f"100x{LONG}",
    f"cyberpass_journal_limit_bytes{{{HERE}}}": f"1000x{LONG}",
    f"cyberpass_lmdb_used_bytes{{{HERE}}}": f"100x{LONG}",
    f"cyberpass_lmdb_map_bytes{{{HERE}}}": f"1000x{LONG}",
    f"cyberpass_data_disk_free_bytes{{{HERE}}}": f"500000x{LONG}",
    f"cyberpass_data_disk_size_bytes{{{HERE}}}": f"1000000x{LONG}",
    f"cyberpass_journal_slow_writes_total{{{HERE}}}": f"0+1x{LONG}",
    f'cyberpass_messages_total{{{POS},message="purchase",answer="00"}}': f"0+60x{LONG}",
    f'cyberpass_messages_total{{{POS},message="purchase",answer="55"}}': f"0+2x{LONG}",
    f'cyberpass_messages_total{{{POS},message="purchase",answer="96"}}': f"0x{LONG}",
    f"cyberpass_guess_refused_messages_total{{{HERE}}}": f"0x{LONG}",
    f'cyberpass_guess_braked{{{HERE},who="terminal"}}': f"0x{LONG}",
    f'cyberpass_message_duration_seconds_bucket{{{POS},message="purchase",le="0.001"}}': f"0+62x{LONG}",
    f'cyberpass_message_duration_seconds_bucket{{{POS},message="purchase",le="0.05"}}': f"0+62x{LONG}",
    f'cyberpass_message_duration_seconds_bucket{{{POS},message="purchase",le="+Inf"}}': f"0+62x{LONG}",
}
STATION = {"instance": "a", "station": "POS"}
SWITCH = {"instance": "a"}


def changed(name, more, values):
    """The one series of the well world that begins so, with other values."""
    found = [series for series in WELL if series.startswith(name + "{") and more in series]
    assert len(found) == 1, (name, more, found)
    return {found[0]: values}


def steady_until(minute, steady, then):
    """A counter that goes up by `steady` a minute, and from `minute` on by `then`."""
    return f"0+{steady}x{minute} {steady * minute + then}+{then}x{LONG}"


# What is wrong; a minute at which no alarm has come yet, one at which it has; the alarm and whose it is.
CASES = [
    ("SwitchDown", changed("up", "", f"1x100 0x{LONG}"), 100, 103, SWITCH),
    ("ClockStepped", changed("cyberpass_clock_steps_total", "", f"0x100 1x{LONG}"), 100, 102, SWITCH),
    ("LogLinesDropped", changed("cyberpass_log_lines_dropped_total", "", f"0x100 7x{LONG}"), 100, 102, SWITCH),
    # The clock of these tests begins in 1970: after an hour it is 30 days.
    ("CertificateExpires", changed("cyberpass_certificate_expiry_timestamp_seconds", "",
                                   f"{30 * 86400 + 3600}x{LONG}"), 65, 75, {"instance": "a", "listener": "L"}),
    ("LedgerNotTaking", changed("cyberpass_ledger_writable", "", f"1x100 0x{LONG}"), 100, 102, SWITCH),
    ("LedgerPoisoned", changed("cyberpass_ledger_poisoned", "", f"0x100 1x{LONG}"), 100, 102, SWITCH),
    ("CheckpointStuck", changed("cyberpass_checkpoint_stuck", "", f"0x100 1x{LONG}"), 100, 103, SWITCH),
    # From 30 s on by a minute each minute: over 180 s after three, and that for a minute.
    ("CheckpointOverdue", changed("cyberpass_overlay_age_seconds", "frozen", f"30x100 90+60x{LONG}"),
     102, 105, SWITCH),
    ("JournalFilling", changed("cyberpass_journal_bytes", "", f"700x100 800x{LONG}"), 100, 103, SWITCH),
    ("MapFilling", changed("cyberpass_lmdb_used_bytes", "", f"700x100 900x{LONG}"), 100, 113, SWITCH),
    ("DiskFilling", changed("cyberpass_data_disk_free_bytes", "", f"110000x100 90000x{LONG}"), 100, 113, SWITCH),
    # Half is left, but some hours later nothing will be.
    ("DiskFilling", changed("cyberpass_data_disk_free_bytes", "", f"500000x100 500000-2000x{LONG}"), 100, 150, SWITCH),
    ("JournalSlow", changed("cyberpass_journal_slow_writes_total", "", steady_until(100, 1, 10)), 100, 106, SWITCH),
    # One in thirty takes longer than a millisecond, up to 50.
    ("LatencyHigh", changed("cyberpass_message_duration_seconds_bucket", 'le="0.001"', steady_until(100, 62, 60)),
     100, 112, SWITCH),
    # Three of 65 answers.
    ("AnswersUnavailable", changed("cyberpass_messages_total", 'answer="96"', steady_until(100, 0, 3)),
     100, 105, SWITCH),
    # The same three, but refused to a guesser, who has an alarm of his own.
    ("Guessing", {**changed("cyberpass_messages_total", 'answer="96"', steady_until(100, 0, 3)),
                  **changed("cyberpass_guess_refused_messages_total", "", steady_until(100, 0, 3)),
                  **changed("cyberpass_guess_braked", "terminal", f"0x100 1x{LONG}")},
     100, 105, SWITCH),
    # 300 in 15 minutes, a quarter of all.
    ("PasswordsGuessed", changed("cyberpass_messages_total", 'answer="55"', steady_until(100, 2, 20)),
     100, 116, STATION),
    # From the second day on nothing, though yesterday there was.
    ("StationSilent", {**changed("cyberpass_messages_total", 'answer="00"', steady_until(1600, 60, 0)),
                       **changed("cyberpass_messages_total", 'answer="55"', steady_until(1600, 2, 0))},
     1610, 1625, STATION),
]


def labels_text(labels):
    return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


def test_of(name, changes, moments):
    """One promtool test: at each of the moments (minute, labels of the alarms that fire) and no others."""
    return {
        "name": name, "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in {**WELL, **changes}.items()],
        "promql_expr_test": [
            {"expr": 'count by (alertname, instance, station, listener) (ALERTS{alertstate="firing"})',
             "eval_time": f"{minute}m",
             "exp_samples": [{"labels": labels_text(labels), "value": 1} for labels in firing]}
            for minute, firing in moments]}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words[:3])}: {done.stdout}{done.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rules", required=True)
    rules = os.path.abspath(parser.parse_args().rules)
    run("promtool", "check", "rules", rules)

    tests = [test_of("all is well", {}, [(100, []), (400, [])])]
    for alarm, changes, before, after, whose in CASES:
        tests.append(test_of(alarm, changes, [(before, []), (after, [{"alertname": alarm, **whose}])]))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tests.yml")
        with open(path, "w", encoding="utf-8") as file:  # JSON is YAML
            json.dump({"rule_files": [rules], "evaluation_interval": "1m", "tests": tests}, file)
        run("promtool", "test", "rules", path)

    with open(rules, encoding="utf-8") as file:
        named = {line.split()[-1] for line in file if line.strip().startswith("- alert:")}
    untested = named - {case[0] for case in CASES}
    if untested:
        sys.exit(f"no test fires {', '.join(sorted(untested))}")
    print(f"{len(named)} alarms, {len(tests)} worlds")


if __name__ == "__main__":
    main()
