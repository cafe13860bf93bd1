#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Epochs that schedulers pay to reach what random search finds in 100 full trials, on recorded learning curves.

    run.py --smoke              on made-up curves, to see that everything works
    run.py --data DIR [--methods all] [--seeds 0..20] [--workers 8] [--value best|last] [--out FILE]

DIR holds taskset_curves.npz: 12 recurrent networks, 1,000 configurations each, 50 epochs of validation loss. The target
of a run is the lowest loss among 100 random configurations. Then every method starts trials of its own, all in the same
random order (but bohb, which proposes its own), on simulated workers: an epoch takes one unit of time on one worker.
What counts is how many epochs all workers together have paid when a loss as low as the target is first reported: at any
epoch (--value best) or at the last one (--value last). Ratios are to random search in the same run.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import heapq
import json
import math
import pathlib
import statistics
import sys
import time

import numpy as np

from automl.search import Optimizer, Scheduler, Space, Verdict

EPOCHS, TRIALS, MOST = 50, 100, 2000  # a run ends unsuccessfully after the epochs of MOST full trials
METHODS = {
    "random": None,
    "median": ("median", {}),
    "percentile": ("percentile", {}),
    "asha": ("asha", {"max": EPOCHS}),
    "asha-promote": ("asha", {"max": EPOCHS, "variant": "promote"}),
    "hyperband": ("hyperband", {"max": EPOCHS}),
    "hyperband-stop": ("hyperband", {"max": EPOCHS, "variant": "stop"}),
    "bohb": ("bohb", {"max": EPOCHS}),
    "curve": ("curve", {"max": EPOCHS}),
    "optuna-hyperband": ("optuna", {}),
    "optuna-median": ("optuna", {}),
}


class Task:
    """One network: its configurations, their curves, and the space they come from."""

    def __init__(self, table, name):
        x = np.log10(np.asarray(table[name + "__x"], dtype=float))
        self.name = name
        self.curves = np.asarray(table[name + "__valid_loss"], dtype=float)[:, 1:EPOCHS + 1]
        self.parameters = [str(p) for p in table["parameters"]]
        self.low, high = x.min(axis=0), x.max(axis=0)
        self.width = high - self.low
        self.unit = (x - self.low) / self.width
        self.rows = [dict(zip(self.parameters, map(float, 10 ** row))) for row in x]
        self.space = Space({p: {"float": [float(10 ** a), float(10 ** b)], "log": True}
                            for p, a, b in zip(self.parameters, self.low - 1e-9, high + 1e-9)})

    def nearest(self, configuration):
        unit = (np.log10([configuration[p] for p in self.parameters]) - self.low) / self.width
        return int(np.argmin(np.sum((self.unit - unit) ** 2, axis=1)))

    def scores(self, value):
        """What each row comes to: its lowest or its last loss."""
        finite = np.where(np.isfinite(self.curves), self.curves, math.inf)
        return finite.min(axis=1) if value == "best" else finite[:, -1]


class OptunaPruner:
    """A pruner of Optuna behind the calls of Scheduler; its trials are random ones."""

    def __init__(self, method, seed):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        pruner = (optuna.pruners.HyperbandPruner(1, EPOCHS, 3) if method == "optuna-hyperband"
                  else optuna.pruners.MedianPruner())
        self.pruned = optuna.trial.TrialState.PRUNED
        self.study = optuna.create_study(study_name=f"{method} {seed}", pruner=pruner,
                                         sampler=optuna.samplers.RandomSampler(seed=seed))
        self.trials, self.values = {}, {}

    def start(self, trial, configuration):
        self.trials[trial] = self.study.ask()

    def report(self, trial, step, value):
        self.values[trial] = value
        self.trials[trial].report(value, step)
        if step < EPOCHS and self.trials[trial].should_prune():
            self.study.tell(self.trials[trial], state=self.pruned)
            return Verdict("stop", "", None, None, None)
        return Verdict("proceed", "", None, None, None)

    def finish(self, trial):
        self.study.tell(self.trials[trial], self.values[trial])

    def resume(self):
        return None


class Study:
    """Trials of one method on simulated workers."""

    def __init__(self, task, method, seed, order):
        self.task, self.order, self.seed, self.trials = task, order, seed, []
        self.bohb = method == "bohb"
        self.scheduler = None
        if method.startswith("optuna-"):
            self.scheduler = OptunaPruner(method, seed)
        elif METHODS[method]:
            name, options = METHODS[method]
            self.scheduler = Scheduler(task.space, "minimize", name, seed, **options)
        self.epoch, self.proposals = [], []

    def propose(self, number):
        """A row of the table. Beside bohb every third one is random (Falkner et al. 2018: rho = 1/3), and the others
        come from a model that is asked for eight at a time."""
        if not self.bohb or number % 3 == 2:
            return int(self.order[number])
        if not self.proposals:
            observations = self.scheduler.observations()
            if not observations:
                return int(self.order[number])
            sampler = Optimizer(self.task.space, algorithm="tpe", seed=self.seed * 100_003 + number)
            for configuration, value in observations:
                sampler.tell(configuration, value)
            self.proposals = [self.task.nearest(one) for one in sampler.ask(8)]
        return self.proposals.pop(0)

    def next_trial(self):
        resumed = self.scheduler.resume() if self.scheduler else None
        if resumed:
            return resumed.trial
        number = len(self.trials)
        self.trials.append(self.propose(number))
        self.epoch.append(0)
        if self.scheduler:
            self.scheduler.start(number, self.task.rows[self.trials[-1]])
        return number

    def advance(self, trial):
        """Trains one epoch; the loss, and whether the trial keeps its worker."""
        loss = float(self.task.curves[self.trials[trial], self.epoch[trial]])
        self.epoch[trial] += 1
        if self.scheduler is None:
            return loss, self.epoch[trial] < EPOCHS
        verdict = self.scheduler.report(trial, self.epoch[trial], loss)
        if verdict.action == "proceed" and self.epoch[trial] == EPOCHS:
            self.scheduler.finish(trial)
            return loss, False
        return loss, verdict.action == "proceed"


def paid(task, method, seed, order, target, workers, value, most):
    """Epochs until the target is reached, and whether it was."""
    study = Study(task, method, seed, order)
    queue = [(1, worker, study.next_trial()) for worker in range(workers)]
    heapq.heapify(queue)
    for epochs in range(1, most + 1):
        now, worker, trial = heapq.heappop(queue)
        loss, goes_on = study.advance(trial)
        if loss <= target and (value == "best" or study.epoch[trial] == EPOCHS):
            return epochs, True
        heapq.heappush(queue, (now + 1, worker, trial if goes_on else study.next_trial()))
    return most, False


def summary(runs, methods):
    """Per method: median epochs, geometric mean of the ratio to random with a 95 % interval, share that got there."""
    rows = []
    for method in methods:
        mine = [runs[key][method] for key in sorted(runs)]
        logs = [math.log(runs[key]["random"][0] / runs[key][method][0]) for key in sorted(runs)]
        mean = statistics.fmean(logs)
        spread = 1.96 * statistics.stdev(logs) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
        total = sum(runs[key]["random"][0] for key in runs) / sum(epochs for epochs, _ in mine)
        rows.append({"method": method, "median_epochs": statistics.median(epochs for epochs, _ in mine),
                     "ratio": round(math.exp(mean), 2), "low": round(math.exp(mean - spread), 2),
                     "high": round(math.exp(min(mean + spread, 700)), 2), "ratio_of_totals": round(total, 2),
                     "of_full": round(EPOCHS * TRIALS / statistics.median(epochs for epochs, _ in mine), 2),
                     "reached": round(statistics.fmean(got for _, got in mine), 3)})
    return rows


def numbers(text):
    first, _, end = text.partition("..")
    return range(int(first), int(end) if end else int(first) + 1)


def recorded(folder):
    path = pathlib.Path(folder) / "taskset_curves.npz"
    if not path.exists():
        raise SystemExit(f"bench: {path} is missing; --data names the folder of the recorded learning curves")
    return np.load(path)


def made_up(configurations=200):
    """A table like the recorded one: the loss ends at a bowl's height and falls to it at the learning rate's pace."""
    rng = np.random.default_rng(1)
    table = {"parameters": np.array(["decay", "rate"])}
    for name in ("one", "two"):
        x = 10 ** rng.uniform(-6, 0, size=(configurations, 2))
        end = 0.1 + np.sum((np.log10(x) + 3) ** 2, axis=1) / 20
        steps = np.arange(EPOCHS + 1) + 1
        table[name + "__x"] = x
        table[name + "__valid_loss"] = end[:, None] + steps ** -0.8 + 0.003 * rng.standard_normal((configurations, EPOCHS + 1))
    return table


def measure(table, methods, options):
    """{(task, seed): {method: (epochs, reached)}} and the seconds each method took."""
    names = sorted(key.removesuffix("__x") for key in table if key.endswith("__x"))
    runs, seconds = {}, dict.fromkeys(methods, 0.0)
    for number, name in enumerate(names[:options.tasks or None]):
        task = Task(table, name)
        scores = task.scores(options.value)
        for seed in options.seeds:
            rng = np.random.default_rng([number, seed])
            target = scores[rng.integers(len(scores), size=TRIALS)].min()
            order = rng.integers(len(scores), size=MOST * EPOCHS + options.workers)
            runs[name, seed] = {}
            for method in methods:
                start = time.process_time()
                runs[name, seed][method] = paid(task, method, seed, order, target, options.workers, options.value,
                                                MOST * EPOCHS)
                seconds[method] += time.process_time() - start
    return runs, seconds


def show(rows, seconds):
    print("method            epochs (median)  ratio to random [95 %]     of totals  of 100 trials  reached  cpu s")
    for row in rows:
        print(f"{row['method']:<18}{row['median_epochs']:>14.0f}  {row['ratio']:>7.2f} [{row['low']:.2f}, {row['high']:.2f}]"
              f"{row['ratio_of_totals']:>15.2f}{row['of_full']:>15.2f}{row['reached']:>9.3f}{seconds[row['method']]:>7.0f}")


def smoke(options):
    """Whether stopping early pays on curves where it must."""
    options.seeds, options.tasks = range(3), 0
    methods = [method for method in METHODS if not method.startswith("optuna-")]
    runs, seconds = measure(made_up(), methods, options)
    rows = summary(runs, methods)
    show(rows, seconds)
    ratios = {row["method"]: row["ratio"] for row in rows}
    return all(row["reached"] == 1 for row in rows) and ratios["asha"] > 2 and ratios["bohb"] > 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="the folder of taskset_curves.npz")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--methods", default="random,asha,hyperband,bohb,median,curve", help="names, or all; optuna-… need Optuna")
    parser.add_argument("--seeds", default="0..20", type=numbers)
    parser.add_argument("--tasks", default=0, type=int, help="only the first so many networks; 0: all")
    parser.add_argument("--workers", default=8, type=int)
    parser.add_argument("--value", default="best", choices=("best", "last"))
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    if options.smoke:
        sys.exit(0 if smoke(options) else 1)
    methods = list(METHODS) if options.methods == "all" else options.methods.split(",")
    unknown = sorted(set(methods) - set(METHODS))
    if unknown:
        raise SystemExit(f"bench: there is no method {', '.join(unknown)}; there are {', '.join(METHODS)}")
    methods = ["random"] + [method for method in methods if method != "random"]
    runs, seconds = measure(recorded(options.data or ""), methods, options)
    rows = summary(runs, methods)
    print(f"{len(runs)} runs, {options.workers} workers, target: {options.value} loss of {TRIALS} full trials")
    show(rows, seconds)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
