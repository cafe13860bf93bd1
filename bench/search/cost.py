#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long the whole table (suite/plan.py) takes on this machine: makes a share of its runs anew and extrapolates.

    cost.py --methods hebo --share 0.04 --out costs.jsonl     with the interpreter that has the peer; appends
    cost.py --sum costs.jsonl                                 core hours by method, and hours on --cores

The runs are drawn at random, the same ones each time, from every part of every method. Suggestions: the processor time
that was kept of the part's runs, times what the drawn ones take here of what was kept of them; all else, above all
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
from suite.plan import PLAN

LEAST = 4  # runs of a part


def suggesting(run, trials):
    """Seconds of processor time in the first so many suggestions."""
    quarter = max(run["trials"] // 4, 1)
    return sum(ms / 1000 * min(max(trials - i * quarter, 0), quarter) for i, ms in enumerate(run["ms"]))


def parts(methods, data):
    """(method, number of the part, its jobs, {(problem, seed): kept run})."""
    kept = results.kept.newest(results.kept.load(), ("automl", "automl-gp", "automl-tpe"))
    for method in methods:
        for index, part in enumerate(PLAN[method]):
            yield method, index, runner.jobs_of([part], data), kept.get(method, (None, {}))[1]


def measure(options):
    for method, index, jobs, kept in parts(options.methods, options.data):
        if missing(method):
            continue
        drawn = random.Random(f"{method} {index}").sample(jobs, min(len(jobs), max(LEAST, math.ceil(options.share * len(jobs)))))
        for problem, seed, trials in drawn:
            start = time.monotonic()
            again = runner.run_one(METHODS[method](), runner.make(problem, seed, options.data), seed, trials)
            wall = time.monotonic() - start
            line = {"method": method, "part": index, "problem": problem, "seed": seed, "here": suggesting(again, trials),
                    "kept": suggesting(kept[problem, seed], trials) if (problem, seed) in kept else None, "wall": wall}
            print(f"{method} {problem} {seed}: {wall:.1f} s", flush=True)
            with open(options.out, "a") as file:
                file.write(json.dumps(line) + "\n")


def add_up(options):
    measured = collections.defaultdict(list)
    with open(options.sum) as file:
        for line in map(json.loads, file):
            measured[line["method"], line["part"]].append(line)
    total = collections.Counter()
    for method, index, jobs, kept in parts(options.methods, options.data):
        part, drawn = PLAN[method][index], measured.get((method, index))
        what = f"{method:12} {part.suite:10} {part.trials:3} trials, {len(jobs):4} runs"
        if not drawn:
            print(f"{what}: not measured")
            continue
        known = [suggesting(kept[job[:2]], job[2]) for job in jobs if job[:2] in kept]
        asking, pairs = sum(one["here"] for one in drawn) / len(drawn), [one for one in drawn if one["kept"]]
        if pairs:
            asking = sum(known) / len(known) * sum(one["here"] for one in pairs) / sum(one["kept"] for one in pairs)
        rest = sum(max(one["wall"] - one["here"], 0) for one in drawn) / len(drawn)
        total[method] += len(jobs) * (asking + rest) / 3600
        print(f"{what}, {len(drawn):3} anew: suggestions {len(jobs) * asking / 3600:.2f} h, all else {len(jobs) * rest / 3600:.2f} h")
    print(", ".join(f"{method} {hours:.1f}" for method, hours in total.most_common()))
    print(f"{total.total():.1f} core hours, {total.total() / options.cores:.1f} hours on {options.cores} cores")


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", type=lambda text: text.split(","), default=list(PLAN))
    parser.add_argument("--share", type=float, default=0.04)
    parser.add_argument("--data", default=os.environ.get("AUTOML_BENCH_DATA"), help="folder of the recorded runs' tables")
    parser.add_argument("--out", default="costs.jsonl")
    parser.add_argument("--sum", help="only add up this file")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    if not options.data:
        parser.error("--data is missing: the recorded runs are part of the table")
    add_up(options) if options.sum else measure(options)


if __name__ == "__main__":
    main()
