#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Milliseconds a suggestion takes after n finished trials, ours and Optuna's in turns in one process.

    speed.py [--smoke] [--out bench/search/results/speed.json]

10 float parameters on a noisy bowl; the median of some suggestions, each told before the next is asked for, with one
thread. What counts is the ratio; the milliseconds are the machine's.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import pathlib
import statistics
import time
import warnings

import numpy as np

from automl.search import Optimizer

D = 10
SPACE = {f"x{i}": {"float": [0.0, 1.0]} for i in range(D)}
PAIRS = {  # name: (our algorithm, Optuna's sampler, [(finished trials, suggestions timed)])
    "gp": ("gp", "GPSampler", [(100, 9), (300, 5), (500, 5)]),
    "tpe": ("tpe", "TPESampler", [(1000, 15), (5000, 9)]),
}


def value(x, rng):
    return float(np.sum((np.array(list(x.values())) - 0.37) ** 2) + 0.01 * rng.standard_normal())


class OursAt:
    def __init__(self, algorithm, points, values):
        self.optimizer = Optimizer(SPACE, algorithm=algorithm, seed=1)
        for point, told in zip(points, values):
            self.optimizer.tell(point, told)

    def step(self, rng):
        start = time.perf_counter()
        [suggestion] = self.optimizer.ask()
        seconds = time.perf_counter() - start
        self.optimizer.tell(suggestion, value(suggestion, rng))
        return seconds


class OptunaAt:
    def __init__(self, sampler, points, values):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.floats = {name: optuna.distributions.FloatDistribution(0, 1) for name in SPACE}
        self.study = optuna.create_study(sampler=getattr(optuna.samplers, sampler)(seed=1))
        self.study.add_trials([optuna.trial.create_trial(params=p, distributions=self.floats, value=v)
                               for p, v in zip(points, values)])

    def step(self, rng):
        start = time.perf_counter()
        trial = self.study.ask(self.floats)
        seconds = time.perf_counter() - start
        self.study.tell(trial, value(trial.params, rng))
        return seconds


def measure(algorithm, sampler, n, steps):
    """Median milliseconds (ours, Optuna's); the first suggestion of each only warms up."""
    rng = np.random.default_rng(n)
    points = [dict(zip(SPACE, map(float, row))) for row in rng.random((n, D))]
    values = [value(point, rng) for point in points]
    both, seconds = (OursAt(algorithm, points, values), OptunaAt(sampler, points, values)), ([], [])
    for _ in range(steps + 1):
        for one, taken in zip(both, seconds):
            taken.append(one.step(rng))
    return tuple(1000 * statistics.median(taken[1:]) for taken in seconds)


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--only", choices=sorted(PAIRS))
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    import optuna
    rows = []
    for name, (algorithm, sampler, sizes) in PAIRS.items():
        for n, steps in sizes if options.only in (None, name) else []:
            n, steps = (50, 2) if options.smoke else (n, steps)
            ours, theirs = measure(algorithm, sampler, n, steps)
            rows.append({"name": name, "trials": n, "ms": round(ours, 4), "optuna_ms": round(theirs, 3),
                         "ratio": round(theirs / ours, 1), "optuna": optuna.__version__})
            print(rows[-1], flush=True)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
