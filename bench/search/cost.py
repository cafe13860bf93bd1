#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long the whole table takes on this machine: runs a share of the kept runs again and extrapolates.

    cost.py --methods hebo --share 0.04 --out costs.jsonl     with the interpreter that has the peer; appends
    cost.py --sum costs.jsonl                                 core hours by method, and hours on --cores

The runs are drawn at random, the same ones each time, from every method and suite. Suggestions: the kept processor time
of all runs, times what it takes here of what the drawn ones took when they were kept; all else, above all
training real models: the mean of the drawn runs, times the number of all.
"""
import argparse
import collections
import json
import math
import os
import random
import time
import warnings

import run as runner
from suite import results
from suite.methods import METHODS, missing

LEAST = 4  # runs of a method and suite


def suite_of(problem):
    return problem.split(":")[0] if ":" in problem else "functions"


def suggesting(run):
    """Seconds of processor time in suggestions."""
    return sum(run["ms"]) / 1000 * max(run["trials"] // 4, 1)


def groups():
    """{(method, suite): runs}, of ours the newest version."""
    found = collections.defaultdict(list)
    for method, (_, runs) in results.kept.newest(results.kept.load(), ("automl", "automl-tpe")).items():
        for key in sorted(runs):
            found[method, suite_of(key[0])].append(runs[key])
    return found


def measure(options):
    for (method, suite), runs in groups().items():
        if method not in options.methods or missing(method):
            continue
        drawn = random.Random(f"{method} {suite}").sample(
            runs, min(len(runs), max(LEAST, math.ceil(options.share * len(runs)))))
        for kept in drawn:
            start = time.monotonic()
            again = runner.run_one(METHODS[method](), runner.make(kept["problem"], kept["seed"], options.data),
                                   kept["seed"], kept["trials"])
            line = {"method": method, "suite": suite, "problem": kept["problem"], "seed": kept["seed"],
                    "kept": suggesting(kept), "here": suggesting(again), "wall": time.monotonic() - start}
            print(f"{method} {kept['problem']} {kept['seed']}: {line['wall']:.1f} s", flush=True)
            with open(options.out, "a") as file:
                file.write(json.dumps(line) + "\n")


def add_up(options):
    measured = collections.defaultdict(list)
    with open(options.sum) as file:
        for line in map(json.loads, file):
            measured[line["method"], line["suite"]].append(line)
    total = 0
    for key, runs in sorted(groups().items()):
        drawn = measured.get(key)
        if not drawn:
            print(f"{key[0]:14} {key[1]:10} {len(runs):5} runs: not measured")
            continue
        ratio = sum(one["here"] for one in drawn) / max(sum(one["kept"] for one in drawn), 1e-9)
        asking = ratio * sum(suggesting(run) for run in runs) / 3600
        rest = len(runs) * sum(max(one["wall"] - one["here"], 0) for one in drawn) / len(drawn) / 3600
        total += asking + rest
        print(f"{key[0]:14} {key[1]:10} {len(runs):5} runs, {len(drawn):3} again: suggestions {asking:.2f} h "
              f"({ratio:.2f} times what was kept), all else {rest:.2f} h")
    print(f"{total:.1f} core hours, {total / options.cores:.1f} hours on {options.cores} cores")


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", type=lambda text: text.split(","), default=list(METHODS))
    parser.add_argument("--share", type=float, default=0.04)
    parser.add_argument("--data", default=os.environ.get("AUTOML_BENCH_DATA"), help="folder of the recorded runs' tables")
    parser.add_argument("--out", default="costs.jsonl")
    parser.add_argument("--sum", help="only add up this file")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    add_up(options) if options.sum else measure(options)


if __name__ == "__main__":
    main()
