#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps what bench_decision_time and bench_report_time measure, for report.py.

    decisions.py --bin build/release/bin
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from record.runs import commit  # noqa: E402


DECISION = r"(\S.*?)\s+\d+\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)$"
REPORT = r"(\S+)\s+\d+ live\s+median\s+([\d.]+) us\s+99 %\s+([\d.]+) us\s+longest\s+([\d.]+) us$"


def rows(program, line):
    """[(scheduler, median, 99 %, longest)] in microseconds."""
    text = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    found = [re.match(line, one) for one in text.splitlines()]
    return [(one[1], *map(float, one.groups()[1:])) for one in found if one]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of the programs")
    options = parser.parse_args()
    kept = {"version": commit(), "decisions": rows(options.bin / "bench_decision_time", DECISION),
            "reports": rows(options.bin / "bench_report_time", REPORT)}
    (HERE / "results" / "decision_time.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
