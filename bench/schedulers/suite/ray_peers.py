# SPDX-License-Identifier: Apache-2.0
"""Ray Tune's schedulers on the simulated cluster.

The scheduler objects of ray.tune.schedulers decide; what Tune's controller does around them (queue a new trial, choose
which runs, report, pause, stop) is done here on the virtual clock in the same order, with trials that hold no process.
"""
import importlib.metadata
import math
import random

from suite.ours import Random

METRICS = {"time_attr": "training_iteration", "metric": "loss", "mode": "min"}
WORST = 1e9  # in place of an infinite loss, which Ray's schedulers take for a missing one


class RayTrial:
    """What the schedulers read of ray.tune.experiment.Trial."""
    is_saving = False

    def __init__(self, number, config=None):
        self.number, self.trial_id, self.config, self.status = number, f"{number:08d}", config or {}, "PENDING"

    def is_finished(self):
        return self.status in ("TERMINATED", "ERROR")


class Controller:
    """What the schedulers ask of ray.tune.execution.TuneController. Trials that are done are forgotten."""

    def __init__(self, scheduler, searcher=None):
        self.scheduler, self.trials = scheduler, {}
        self.search_alg = self
        self.searcher = searcher  # as SearchGenerator has it

    def get_trials(self):
        return list(self.trials.values())

    def get_live_trials(self):
        return [trial for trial in self.trials.values() if not trial.is_finished()]

    def add(self, trial):
        self.trials[trial.trial_id] = trial
        self.scheduler.on_trial_add(self, trial)

    def end(self, trial):
        trial.status = "TERMINATED"
        self.trials.pop(trial.trial_id, None)
        if self.searcher:
            self.searcher.on_trial_complete(trial.trial_id)

    def stop_trial(self, trial):
        if trial.status == "PAUSED":
            self.scheduler.on_trial_remove(self, trial)
        self.end(trial)

    def pause_trial(self, trial, should_checkpoint=True):
        trial.status = "PAUSED"


class RayAsha(Random):
    """ASHAScheduler with its defaults but the last epoch; random configurations."""
    needs = "ray.tune"

    def make_scheduler(self, curves, seed):
        from ray.tune.schedulers import ASHAScheduler
        return ASHAScheduler(max_t=curves.epochs, **METRICS), None

    def start(self, curves, order, seed, workers):
        import numpy as np
        super().start(curves, order, seed, workers)
        random.seed(seed)
        np.random.seed(seed)
        scheduler, searcher = self.make_scheduler(curves, seed)
        self.controller, self.trials = Controller(scheduler, searcher), []

    def row(self, trial):
        return int(self.order[trial.number])

    def _queue(self):
        """Tune keeps one trial of a search algorithm waiting."""
        if not any(trial.status == "PENDING" for trial in self.controller.trials.values()):
            trial = RayTrial(len(self.trials))
            self.trials.append(trial)
            self.rows.append(self.row(trial))
            self.controller.add(trial)

    def take(self):
        self._queue()
        trial = self.controller.scheduler.choose_trial_to_run(self.controller)
        if trial is None:
            return None
        trial.status = "RUNNING"
        return trial.number

    def report(self, trial, epoch, loss):
        one, scheduler = self.trials[trial], self.controller.scheduler
        result = {"training_iteration": epoch, "loss": loss if math.isfinite(loss) else WORST}
        decision = scheduler.on_trial_result(self.controller, one, result)
        if decision != "STOP" and self.controller.searcher:
            self.controller.searcher.on_trial_result(one.trial_id, result)
        if decision == "STOP" or epoch == self.curves.epochs:
            if decision != "STOP":
                scheduler.on_trial_complete(self.controller, one, result)
            self.controller.end(one)
        elif decision == "PAUSE":
            one.status = "PAUSED"
        return one.status == "RUNNING"

    @staticmethod
    def version():
        return importlib.metadata.version("ray")


class RayBohb(RayAsha):
    """HyperBandForBOHB and TuneBOHB (the model is that of hpbandster)."""
    needs = "hpbandster"

    def make_scheduler(self, curves, seed):
        import logging

        import ConfigSpace
        from ray.tune.schedulers import HyperBandForBOHB
        from ray.tune.search.bohb import TuneBOHB
        logging.getLogger("ray").setLevel(logging.ERROR)
        logging.disable(logging.WARNING)
        space = ConfigSpace.ConfigurationSpace(seed=seed)
        for name, entry in curves.space.items():
            space.add(ConfigSpace.CategoricalHyperparameter(name, entry["ordinal"]) if "ordinal" in entry else
                      ConfigSpace.UniformFloatHyperparameter(name, *entry["float"], log=entry.get("log", False)))
        return (HyperBandForBOHB(max_t=curves.epochs, **METRICS),
                TuneBOHB(space=space, metric="loss", mode="min", seed=seed))

    def row(self, trial):
        trial.config = self.controller.searcher.suggest(trial.trial_id)
        return self.curves.nearest(trial.config, self.rows)
