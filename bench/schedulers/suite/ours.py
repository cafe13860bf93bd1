# SPDX-License-Identifier: Apache-2.0
"""Our schedulers on the simulated cluster, with the samplers beside them as the engine uses these."""
import math

from record.runs import commit


class Random:
    """Every trial runs to its end; random configurations."""
    needs = "numpy"

    def start(self, curves, order, seed, workers):
        self.curves, self.order, self.rows = curves, order, []

    def take(self):
        self.rows.append(int(self.order[len(self.rows)]))
        return len(self.rows) - 1

    def report(self, trial, epoch, loss):
        return epoch < self.curves.epochs

    @staticmethod
    def version():
        return "1"


class Ours(Random):
    """A scheduler; `model`: the algorithm that proposes configurations, random ones without it, and every third one is
    random as in the engine (rho = 1/3 of bohb). The last epoch is told to the scheduler where it has an option for it."""
    needs = "automl.search"

    def __init__(self, scheduler, model=None, **options):
        self.scheduler_name, self.model, self.options = scheduler, model, options

    def start(self, curves, order, seed, workers):
        from automl.search import Optimizer, Scheduler, Space, schedulers
        super().start(curves, order, seed, workers)
        space = Space(curves.space)
        options = dict(self.options)
        if "max" in schedulers()[self.scheduler_name]:
            options["max"] = curves.epochs
        self.scheduler = Scheduler(space, "minimize", self.scheduler_name, seed, **options)
        self.optimizer = self.model and Optimizer(space, algorithm=self.model, seed=seed, parallel=workers)
        self.asked, self.best = {}, []

    def _propose(self, trial):
        """The row of a new trial, and the configuration that it was asked for with."""
        if not self.optimizer or trial % 3 == 2:
            row = int(self.order[trial])
            return row, self.curves.configurations[row]
        [self.asked[trial]] = self.optimizer.ask(instead=self.scheduler.observations())
        return self.curves.nearest(self.asked[trial], self.rows), dict(self.asked[trial])

    def take(self):
        resumed = self.scheduler.resume()
        if resumed:
            return resumed.trial
        trial = len(self.rows)
        row, configuration = self._propose(trial)
        self.rows.append(row)
        self.best.append(math.inf)
        self.scheduler.start(trial, configuration)
        return trial

    def report(self, trial, epoch, loss):
        self.best[trial] = min(self.best[trial], loss)
        verdict = self.scheduler.report(trial, epoch, loss)
        complete = verdict.action == "proceed" and epoch == self.curves.epochs
        if complete:
            self.scheduler.finish(trial)
        if trial in self.asked and (complete or verdict.action == "stop"):
            self.optimizer.tell(self.asked[trial], self.best[trial], pruned=not complete)
        return verdict.action == "proceed" and not complete

    @staticmethod
    def version():
        return commit()
