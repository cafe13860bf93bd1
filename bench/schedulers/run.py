#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs schedulers on recorded learning curves and on populations; what has been run already is not run again.

    run.py --data DIR --methods asha,random --seeds 0..20 --workers 8 --budget 3600
    run.py --collect            merges finished runs into bench/schedulers/results, one file a method and version
    run.py --smoke              a minute, to see that everything works; needs neither DIR nor peers

The target of a run is what random search finds in 100 full trials (the median of many searches); what counts is the
virtual time until a loss as low is reported: see suite/curves.py and suite/cluster.py. Every process writes to a
working file of its own, so shards may run side by side: --shard 0/2 and --shard 1/2.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import math
import pathlib
import sys
import time
import warnings
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import numpy as np  # noqa: E402

from record.arguments import numbers, shard  # noqa: E402
from record.runs import label  # noqa: E402
from suite import cluster, curves, populations, results, validation_loss  # noqa: E402
from suite.methods import METHODS, OURS, POPULATIONS, missing  # noqa: E402

WORK = HERE.parents[1] / "build" / "bench-schedulers"


def on_curves(method, name, seed, workers, data):
    table = validation_loss.make() if name == validation_loss.NAME else curves.make(name, data)
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    most = results.MOST * table.epochs
    method.start(table, rng.integers(len(table.configurations), size=most + workers), seed, workers)
    return {**cluster.run(table, method, workers, table.target(), most), "most": most}


def run_one(name, problem, seed, workers, data):
    start = time.process_time()
    if problem.startswith("population:"):
        run = populations.run(METHODS[name](), problem, seed)
    else:
        run = on_curves(METHODS[name](), problem, seed, workers, data)
    return {"problem": problem, "workers": workers, "seed": seed, **run, "cpu_s": round(time.process_time() - start, 3)}


def problems_of(name, options):
    """A population answers for methods that copy weights, tables for the others; random search runs on both."""
    names = [] if name in POPULATIONS else [*curves.names(options.data), validation_loss.NAME]
    names += populations.NAMES if name in POPULATIONS or name == "random" else []
    return [one for one in names if not options.problems or any(part in one for part in options.problems)]


def jobs(name, options):
    """(problem, seed, workers), seeds outermost, so that an interrupted run has covered every problem."""
    every = [(problem, seed, populations.MEMBERS if problem.startswith("population:") else workers)
             for seed in options.seeds for problem in problems_of(name, options) for workers in options.workers]
    index, count = options.shard
    return list(dict.fromkeys(every))[index::count]


def run_all(options):
    """Number of runs that failed."""
    end, failures = time.monotonic() + options.budget, 0
    for name in options.methods:
        lacking = missing(name)
        if lacking:
            print(f"{name}: skipped, it needs {lacking}", flush=True)
            continue
        which = label(name, METHODS[name]().version())
        known = results.kept.load(options.work).get(which, {})
        for problem, seed, workers in jobs(name, options):
            version = results.suite_version(problem)
            if known.get((problem, workers, seed), {}).get("suite") == version:
                continue
            if time.monotonic() > end:
                print("out of budget: call again to continue", flush=True)
                return failures
            try:
                run = run_one(name, problem, seed, workers, options.data)
            except Exception as error:  # a peer that cannot do a problem must not end the others' runs
                failures += 1
                print(f"{which} {problem} {seed}: {type(error).__name__}: {error}", flush=True)
                continue
            results.kept.append(options.work, which, "{}-of-{}".format(*options.shard), {**run, "suite": version})
            print(f"{which} {problem} {workers} workers, seed {seed}: {run['time']:.1f} s, {run['epochs']} epochs"
                  f"{'' if run['reached'] else ', given up'} in {run['cpu_s']} s", flush=True)
    return failures


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", default="ours", help=f"of {','.join(METHODS)}; ours (and random), or all")
    parser.add_argument("--problems", help="only problems whose names contain one of these")
    parser.add_argument("--seeds", type=numbers, default=numbers("20"), help="how many, or FIRST..END")
    parser.add_argument("--workers", default="8", help="how many, several by commas; populations have their own")
    parser.add_argument("--budget", type=float, default=math.inf, help="seconds after which no run is begun")
    parser.add_argument("--shard", type=shard, default=(0, 1), help="I/N: every N-th run from the I-th on")
    parser.add_argument("--data", default=os.environ.get("AUTOML_BENCH_DATA"), help="folder of taskset_curves.npz")
    parser.add_argument("--work", default=str(WORK), help="working folder")
    parser.add_argument("--collect", action="store_true", help="only merge the working files")
    parser.add_argument("--smoke", action="store_true", help="a minute, to see that everything works")
    options = parser.parse_args(arguments)
    chosen = {"ours": ["random", *OURS], "all": list(METHODS)}
    options.methods = chosen.get(options.methods) or options.methods.split(",")
    options.problems = options.problems.split(",") if options.problems else None
    options.workers = [int(one) for one in options.workers.split(",")]
    for name in options.methods:
        if name not in METHODS:
            parser.error(f"there is no method {name}; there are {', '.join(METHODS)}")
    return options


def smoke(options):
    """Number of failures; ours on the example study's curves and a population, peers where they are installed."""
    import tempfile

    import report
    with tempfile.TemporaryDirectory() as folder:
        results.kept.folder = pathlib.Path(folder)  # nothing has been run yet
        options.work, options.seeds, options.data = folder, range(3), None
        options.problems, options.methods = ["digits", "family:power", "quadratic"], list(METHODS)
        options.methods.remove("asha-auto")
        failures = run_all(options)
        loaded = results.kept.load(folder)
        report.write(loaded, pathlib.Path(folder) / "report.md", pathlib.Path(folder))
        text = (pathlib.Path(folder) / "report.md").read_text()
        assert "times faster" in text, text
        ratios = report.ratios({which.split("@")[0]: runs for which, runs in loaded.items()}, "family:power", 8)
        assert ratios["asha"].value > 2 and ratios["bohb"].value > 1, ratios
    return failures


def main():
    warnings.filterwarnings("ignore")
    options = parse(sys.argv[1:])
    if options.smoke:
        sys.exit(1 if smoke(options) else 0)
    if options.collect:
        print(json.dumps(results.kept.collect(options.work), indent=1))
        return
    sys.exit(1 if run_all(options) else 0)


if __name__ == "__main__":
    main()
