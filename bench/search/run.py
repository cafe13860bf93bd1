#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs search methods on the benchmark's problems; what has been run already is not run again.

    run.py --methods all        what the table needs (suite/plan.py); without `further`, `long` and `outcomes`
    run.py --methods automl,random --suite functions --trials 100 --seeds 0..5 --budget 3600
    run.py --collect            merges finished runs into bench/search/results, one file a method and version

Every process writes to a working file of its own, so shards may run side by side: --shard 0/2 and --shard 1/2. With
--budget it ends after so many seconds, and the next call continues. OMP_NUM_THREADS=1 for everybody.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import collections
import hashlib
import json
import math
import pathlib
import sys
import time
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from record.arguments import numbers, shard  # noqa: E402
from record.runs import label  # noqa: E402
from suite import catalogue, further, long, outcomes, results, workers  # noqa: E402
from suite.methods import METHODS, missing  # noqa: E402
from suite.plan import BAYESMARK_TRIALS, PLAN, Part  # noqa: E402
from suite.problem import generator  # noqa: E402

WORK = HERE.parents[1] / "build" / "bench-search"
APART = {"workers": workers, "further": further, "long": long, "outcomes": outcomes}  # suites with a prefix, which count to no other


def best_of(problem):
    """(configuration, what was told) → the score where that looks best so far, else None."""
    best = [math.inf]

    def look(configuration, value):
        if value < best[0]:
            best[0] = value
            return problem.score(configuration)
        return None
    return look


def run_one(method, problem, seed, trials):
    """One run: asks, evaluates and tells, and notes the score of the configuration that looks best so far."""
    workers = getattr(problem, "workers", problem.batch)
    counts = {what: getattr(problem, what) for what in ("objectives", "constraints") if hasattr(problem, what)}
    method.start(problem.space, int(generator(problem.name, seed, "method").integers(2**31)), trials, workers, **counts)
    look = problem.watch() if counts else best_of(problem)
    curve, seconds, asked, running = [], [0.0] * trials, 0, collections.deque()
    for done in range(trials):
        while asked < trials and len(running) <= workers - problem.batch:
            start = time.process_time()
            batch = method.ask(min(problem.batch, trials - asked))
            seconds[asked] += time.process_time() - start
            running.extend(batch)
            asked += len(batch)
        token, configuration = running.popleft()
        value = problem.observe(configuration, done)
        start = time.process_time()
        method.tell(token, value)
        seconds[done] += time.process_time() - start
        better = look(configuration, value)
        if better is not None:
            curve.append([done + 1, float(f"{better:.6g}")])
    quarter = max(trials // 4, 1)
    ms = [round(1000 * sum(seconds[i:i + quarter]) / quarter, 3) for i in range(0, quarter * 4, quarter)]
    return {"problem": problem.name, "kind": problem.kind, "seed": seed, "trials": trials, "curve": curve, "ms": ms}


def suite_version():
    """Of the problems' sources: runs compare only where it is the same."""
    text = b"".join(path.read_bytes() for path in sorted((HERE / "suite").glob("*.py"))
                    if path.stem in ("problem", "functions", "discrete", "recorded", "bayesmark", "catalogue"))
    return hashlib.sha256(text).hexdigest()[:8]


def make(name, seed, data):
    for suite in APART.values():
        if name.startswith(suite.PREFIX):
            return suite.make(name, seed)
    return catalogue.make(name, seed, data)


def names(suite, data):
    return APART[suite].names() if suite in APART else catalogue.names(suite, data)


def jobs_of(parts, data):
    """[(problem, seed, trials)], seeds outermost, so that an interrupted run has covered every problem."""
    every = [(name, seed, part.trials) for part in parts for seed in part.seeds for name in names(part.suite, data)
             if part.has(name)]
    return sorted(every, key=lambda job: job[1])


def jobs(options, method):
    parts = [part for part in PLAN[method] if part.suite != "recorded" or options.data]
    if options.suite:
        parts = [Part(suite, BAYESMARK_TRIALS if suite == "bayesmark" and not options.smoke else options.trials,
                      options.seeds) for suite in options.suite]
    every = [job for job in jobs_of(parts, options.data)
             if not options.problems or any(part in job[0] for part in options.problems)]
    index, count = options.shard
    return every[index::count]


def run_all(options):
    """Number of runs that failed."""
    end, failures, version = time.monotonic() + options.budget, 0, suite_version()
    if not options.suite and not options.data:
        print("recorded training runs: skipped, they need --data", flush=True)
    for name in options.methods:
        lacking = missing(name)
        if lacking:
            print(f"{name}: skipped, it needs {lacking}", flush=True)
            continue
        which = label(name, METHODS[name]().version())
        known = results.kept.load(options.work).get(which, {})
        for problem_name, seed, trials in jobs(options, name):
            if known.get((problem_name, seed), {"trials": 0})["trials"] >= trials:
                continue
            if time.monotonic() > end:
                print("out of budget: call again to continue", flush=True)
                return failures
            start = time.monotonic()
            try:
                run = run_one(METHODS[name](), make(problem_name, seed, options.data), seed, trials)
            except Exception as error:  # a peer that cannot do a problem must not end the others' runs
                failures += 1
                print(f"{which} {problem_name} {seed}: {type(error).__name__}: {error}", flush=True)
                continue
            run["suite"] = version
            results.kept.append(options.work, which, "{}-of-{}".format(*options.shard), run)
            print(f"{which} {problem_name} {seed}: {run['curve'][-1][1] if run['curve'] else None} "
                  f"in {time.monotonic() - start:.1f} s, {run['ms'][-1]} ms a suggestion", flush=True)
    return failures


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", default="automl,random", help=f"of {','.join(METHODS)}; or all")
    parser.add_argument("--suite", help="in place of what the table needs: some of "
                        "functions,recorded,bayesmark,workers,further,long,outcomes")
    parser.add_argument("--problems", help="only problems whose names contain one of these")
    parser.add_argument("--trials", type=int, help="a run of --suite (default 200); real models always have 16 x 8")
    parser.add_argument("--seeds", type=numbers, help="of --suite: how many, or FIRST..END (default 5)")
    parser.add_argument("--budget", type=float, default=math.inf, help="seconds after which no run is begun")
    parser.add_argument("--shard", type=shard, default=(0, 1), help="I/N: every N-th run from the I-th on")
    parser.add_argument("--data", default=os.environ.get("AUTOML_BENCH_DATA"), help="folder of the recorded runs' tables")
    parser.add_argument("--work", default=str(WORK), help="working folder")
    parser.add_argument("--collect", action="store_true", help="only merge the working files")
    parser.add_argument("--smoke", action="store_true", help="a minute, to see that everything works")
    options = parser.parse_args(arguments)
    options.methods = list(METHODS) if options.methods == "all" else options.methods.split(",")
    if options.suite is None and (options.trials is not None or options.seeds is not None):
        parser.error("--trials and --seeds go with --suite: without it the runs are those that the table needs")
    options.suite = options.suite.split(",") if options.suite else None
    options.trials, options.seeds = options.trials or 200, options.seeds or numbers("5")
    options.problems = options.problems.split(",") if options.problems else None
    for name in options.methods:
        if name not in METHODS:
            parser.error(f"there is no method {name}; there are {', '.join(METHODS)}")
    return options


def smoke(options):
    """Every problem once with random search, a few with ours; Optuna where it is installed."""
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        results.kept.folder = pathlib.Path(folder)  # nothing has been run yet
        options.work, options.seeds = folder, range(1)
        options.suite, options.methods, options.trials = ["functions", "further", "outcomes"], ["random"], 20
        failures = run_all(options)
        options.methods, options.trials = ["automl", "automl-gp", "automl-tpe"], 25
        options.problems = ["hartmann3", "network_noisy", "choices8", "pipeline8", "crash3", "gramacy2"]
        if not missing("optuna-tpe"):
            options.methods.append("optuna-tpe")
        failures += run_all(options)
        options.suite, options.problems, options.methods, options.trials = ["bayesmark"], [":iris"], ["automl"], 16
        failures += run_all(options)
        for which, runs in results.kept.load(folder).items():
            assert all(math.isfinite(run["curve"][-1][1]) for run in runs.values()), which
        import report
        report.write(results.kept.load(folder), pathlib.Path(folder) / "report.md", pathlib.Path(folder))
        assert "mean rank" in (pathlib.Path(folder) / "report.md").read_text()
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
