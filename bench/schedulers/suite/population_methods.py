# SPDX-License-Identifier: Apache-2.0
"""Population-based methods, ours and Ray Tune's, on the trainings of populations.py; all decide every 5 epochs."""
import copy
import math
import random
import types

from suite.ours import Ours
from suite.ray_peers import METRICS, WORST, Controller, RayAsha, RayTrial

INTERVAL = 5


class OurPopulation(Ours):
    """`pbt` or `pb2` with defaults; every epoch is saved, so the state of any epoch can be taken over."""

    def begin(self, problem, seed, configurations):
        from automl.search import Scheduler, Space
        self.problem, self.saved = problem, {}
        self.scheduler = Scheduler(Space(problem.space), "minimize", self.scheduler_name, seed, interval=INTERVAL)
        for member, configuration in enumerate(configurations):
            self.scheduler.start(member, configuration)

    def report(self, member, epoch, loss, state):
        self.saved[member, epoch] = copy.deepcopy(state)
        verdict = self.scheduler.report(member, epoch, loss)
        if epoch == self.problem.epochs:
            self.end(member)
            return "end"
        if verdict.action == "exploit":
            source = self.saved[verdict.source, verdict.step]
            self.saved[member, verdict.step] = source
            return source, verdict.step, verdict.configuration
        return None

    def end(self, member):
        self.scheduler.finish(member)


class Member(RayTrial):
    """A trial with what Ray's populations read and write: its checkpoint, and where the next one comes from."""
    experiment_tag = ""

    def __init__(self, number, config):
        super().__init__(number, config)
        self.status, self.state, self.epoch, self.evaluated_params, self.checkpoint = "RUNNING", None, 0, {}, None
        manager = types.SimpleNamespace(_latest_checkpoint_result=None,
                                        checkpoint_config=types.SimpleNamespace(num_to_keep=None))
        self.run_metadata = types.SimpleNamespace(checkpoint_manager=manager)

    def __str__(self):
        return self.trial_id

    def set_experiment_tag(self, tag):
        self.experiment_tag = tag

    def set_config(self, config):
        self.config = config


class Population(Controller):
    search_alg = None

    def __init__(self, scheduler):
        super().__init__(scheduler)
        self.search_alg = None

    def _schedule_trial_save(self, trial, result=None):
        return copy.deepcopy((trial.state, trial.epoch))


class RayPopulation(RayAsha):
    """PopulationBasedTraining or PB2. The former leaves ranges when it perturbs, so that it gets a function that puts
    values back, as its documentation does; the latter knows no logarithmic ranges, so that it gets the logarithms."""

    def __init__(self, kind):
        self.kind = kind
        self.needs = "ray.tune" if kind == "pbt" else "GPy"

    def _make(self, problem):
        from ray import tune
        from ray.tune.schedulers import PopulationBasedTraining
        from ray.tune.schedulers.pb2 import PB2
        options = {**METRICS, "perturbation_interval": INTERVAL, "log_config": False}
        if self.kind == "pb2":
            return PB2(hyperparam_bounds={name: [self._to_ray(name, bound) for bound in entry["float"]]
                                          for name, entry in problem.space.items()}, **options)
        mutations = {name: (tune.loguniform if entry.get("log") else tune.uniform)(*entry["float"])
                     for name, entry in problem.space.items()}

        def put_back(configuration):
            return {name: min(max(value, problem.space[name]["float"][0]), problem.space[name]["float"][1])
                    for name, value in configuration.items()}
        return PopulationBasedTraining(hyperparam_mutations=mutations, custom_explore_fn=put_back, **options)

    def _logarithmic(self, name):
        return self.kind == "pb2" and self.problem.space[name].get("log")

    def _to_ray(self, name, value):
        return math.log10(value) if self._logarithmic(name) else value

    def _from_ray(self, configuration):
        return {name: 10 ** float(value) if self._logarithmic(name) else float(value)
                for name, value in configuration.items()}

    def begin(self, problem, seed, configurations):
        import logging

        import numpy as np
        logging.disable(logging.WARNING)
        random.seed(seed)
        np.random.seed(seed % 2 ** 32)
        self.problem = problem
        self.controller = Population(self._make(problem))
        self.members = [Member(number, {name: self._to_ray(name, value) for name, value in configuration.items()})
                        for number, configuration in enumerate(configurations)]
        for member in self.members:
            self.controller.add(member)

    def report(self, member, epoch, loss, state):
        one, scheduler = self.members[member], self.controller.scheduler
        one.state, one.epoch = state, epoch
        result = {"training_iteration": epoch, "loss": loss if math.isfinite(loss) else WORST}
        if epoch == self.problem.epochs:
            scheduler.on_trial_complete(self.controller, one, result)
            one.status = "TERMINATED"
            return "end"
        scheduler.on_trial_result(self.controller, one, result)
        if one.status != "PAUSED":
            return None
        one.status = "RUNNING"
        taken = one.run_metadata.checkpoint_manager._latest_checkpoint_result
        if taken is None:
            return None
        one.run_metadata.checkpoint_manager._latest_checkpoint_result = None
        return (*taken.checkpoint, self._from_ray(one.config))
