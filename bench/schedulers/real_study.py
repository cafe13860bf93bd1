#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example study `epochs` for real, two trials at a time, until a validation loss is reported that random search finds
in 100 full trials; what counts is the epochs paid by then.

    real_study.py --bin build/release/bin --methods random,asha --seeds 3     ours: engine, runners and all
    real_study.py --methods optuna-hyperband,ray-asha --seeds 10              peers: in this process, the same training

Finished runs are added to bench/schedulers/results/digits_study.json, and not run again.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent)]

import numpy as np  # noqa: E402

from record.runs import commit  # noqa: E402
from suite import cluster, curves, populations, validation_loss  # noqa: E402
from suite.methods import METHODS  # noqa: E402

KEEP = HERE / "results" / "digits_study.json"
EPOCHS, TRIALS, PARALLEL = 81, 100, 2
OURS = {"random": "algorithm: random\n", "asha": f"algorithm: random\nscheduler: {{asha: {{max: {EPOCHS}}}}}\n",
        "asha-auto": f"scheduler: {{asha: {{max: {EPOCHS}}}}}\n", "bohb": f"scheduler: {{bohb: {{max: {EPOCHS}}}}}\n"}


def study_file(name, seed):
    """The example's study file with another scheduler, budget and seed, and without its baseline."""
    kept = [line for line in (ROOT / "studies" / "epochs" / "study.yaml").read_text().splitlines()
            if not line.startswith(("study:", "budget:", "seed:", "baseline:", "parallel:", "objective:"))]
    return "\n".join(["study: measured", "objective: {metric: val_loss, goal: minimize, value: best}", *kept,
                      f"parallel: {PARALLEL}", f"seed: {seed}",
                      f"budget: {{trials: {TRIALS if name == 'random' else 10 * TRIALS}}}", OURS[name]])


def goal():
    """The validation loss that random search finds in 100 full trials, by the recorded curves."""
    return validation_loss.make().target()


def by_engine(name, seed, programs):
    with tempfile.TemporaryDirectory(prefix="automl-bench-", ignore_cleanup_errors=True) as folder:
        home, code = pathlib.Path(folder) / "home", pathlib.Path(folder) / "study"
        home.mkdir()
        (home / "config.yaml").write_text(f"cpus: {PARALLEL}\n")
        shutil.copytree(ROOT / "studies" / "epochs", code, ignore=shutil.ignore_patterns("__pycache__"))
        (code / "study.yaml").write_text(study_file(name, seed))

        def automl(*arguments):
            done = subprocess.run([programs / "automl", *arguments], env=dict(os.environ, AUTOML_HOME=str(home)),
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL)
            if done.returncode:
                raise RuntimeError(done.stderr)
            return done.stdout
        known = {}  # trial → (its last step, all about it)
        try:
            automl("start", "-d", str(code / "study.yaml"))
            while True:
                time.sleep(1)
                found = json.loads(automl("export", "measured", "--json"))
                for trial in found["trials"]:
                    number, step = trial["number"], trial.get("latest_step", 0)
                    if known.get(number, (0,))[0] != step:
                        known[number] = step, json.loads(automl("show", f"measured/{number}", "--json"))
                run = told([one for _, one in known.values()])
                if run["reached"] or found["study"]["state"] == "done":
                    return run
        finally:
            automl("stop", "-f", "measured")
            while any(one["state"] == "running" for one in json.loads(automl("export", "measured", "--json"))["trials"]):
                time.sleep(0.5)
            automl("server", "stop")


def told(trials):
    """What a study came to until the target was reported, from all that its trials reported in the order of time."""
    reports = sorted((one["measurement"]["time_ms"], one["measurement"]["metrics"]["val_loss"], number)
                     for number, trial in enumerate(trials) for one in trial["measurements"])
    hit = next((place for place, (_, value, _) in enumerate(reports, 1) if value <= goal()), None)
    reports = reports[:hit]
    begun = {number for *_, number in reports}
    cpu_s = sum(attempt.get("exit", {}).get("cpu_s", 0) for number in begun for attempt in trials[number]["attempts"])
    return {"epochs": len(reports), "reached": hit is not None, "trials": len(begun), "cpu_s": round(cpu_s, 1),
            "best": min((value for _, value, _ in reports), default=math.inf)}


class Trained:
    """In place of a table of curves: configurations whose losses are trained when they are asked for."""
    epochs = EPOCHS

    def __init__(self, seed):
        self.program = populations.make("population:network")
        self.space, rng = curves.make("digits").space, np.random.default_rng([11, seed])
        self.configurations = [self._draw(rng) for _ in range(TRIALS * EPOCHS)]
        self.states, self.seconds, self.losses, self.best = {}, np.ones(3 * TRIALS * EPOCHS), self, math.inf

    def _draw(self, rng):
        return {name: int(rng.choice(entry["ordinal"])) if "ordinal" in entry else populations.draw({name: entry}, rng)[name]
                for name, entry in self.space.items()}

    def _validation_loss(self, state):
        train, (_, _, images, labels) = self.program.program, self.program.data
        with np.errstate(all="ignore"):
            loss = float(train.cross_entropy(train.forward(state["weights"], images)[1], labels))
        return loss if math.isfinite(loss) else math.inf

    def nearest(self, configuration, tried):
        self.configurations.append(dict(configuration))
        return len(self.configurations) - 1

    def __getitem__(self, place):
        row, _ = place
        configuration = self.configurations[row]
        if row not in self.states:
            self.states[row] = self.program.program.fresh(configuration["width"], row)
        self.program.train(self.states[row], configuration)
        loss = self._validation_loss(self.states[row])
        self.best = min(self.best, loss)
        return loss


def in_process(name, seed):
    start, trained, method = time.process_time(), Trained(seed), METHODS[name]()
    method.start(trained, np.arange(TRIALS * EPOCHS), seed, PARALLEL)
    run = cluster.run(trained, method, PARALLEL, goal(), TRIALS * EPOCHS)
    return {"epochs": run["epochs"], "reached": run["reached"], "trials": run["trials"],
            "cpu_s": round(time.process_time() - start, 1), "best": trained.best}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", default=",".join(OURS), help="of ours, or of run.py's that propose configurations")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--bin", type=pathlib.Path, help="folder of the programs; ours run in the engine with it")
    options = parser.parse_args()
    for seed in range(1, options.seeds + 1):
        for name in options.methods.split(","):
            ours = options.bin is not None
            version = commit() if ours else METHODS[name]().version()
            kept = json.loads(KEEP.read_text()) if KEEP.exists() else []
            if any((one["method"], one["seed"], one["engine"]) == (name, seed, ours) for one in kept):
                continue
            run = by_engine(name, seed, options.bin.resolve()) if ours else in_process(name, seed)
            kept = json.loads(KEEP.read_text()) if KEEP.exists() else []
            kept.append({"method": name, "version": version, "seed": seed, "engine": ours, **run})
            KEEP.parent.mkdir(exist_ok=True)
            KEEP.write_text("[\n" + ",\n".join(json.dumps(one) for one in kept) + "\n]\n")
            print(kept[-1], flush=True)


if __name__ == "__main__":
    main()
