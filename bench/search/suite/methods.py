# SPDX-License-Identifier: Apache-2.0
"""Ours and peers behind one interface: ask(n) → [(token, configuration)], tell(token, value).

A peer gets the space as its users would write it: define-by-run where it has that, else flat, with inactive
parameters dropped before the evaluation. Defaults everywhere, nothing is tuned.
"""
import importlib
import importlib.metadata
import math

from record.runs import commit
from suite.problem import active, restrict


class Ours:
    needs = "automl.search"

    def __init__(self, algorithm):
        self.algorithm = algorithm

    def start(self, space, seed, trials, batch, objectives=1, constraints=0):
        from automl.search import Optimizer
        self.optimizer = Optimizer(space, goal="minimize" if objectives == 1 else ["minimize"] * objectives, constraints=constraints,
                                   algorithm=self.algorithm, seed=seed, trials=trials, parallel=batch)

    def ask(self, n):
        return [(suggestion, dict(suggestion)) for suggestion in self.optimizer.ask(n)]

    def tell(self, token, value):
        if isinstance(value, tuple):
            values, excesses = value
            self.optimizer.tell(token, values if len(values) > 1 else values[0], constraints=excesses)
        else:
            self.optimizer.tell(token, value)

    @staticmethod
    def version():
        return commit()


class Random(Ours):
    """Uniform random search: does not change with the version."""

    def __init__(self):
        super().__init__("random")

    @staticmethod
    def version():
        return "1"


class Optuna:
    needs = "optuna"

    def __init__(self, sampler, **options):
        self.sampler, self.options = sampler, options

    def start(self, space, seed, trials, batch, objectives=1, constraints=0):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.space = space
        options = {"constraints_func": lambda trial: trial.user_attrs["excesses"]} if constraints else {}
        sampler = getattr(optuna.samplers, self.sampler)(seed=seed, **self.options, **options)
        self.study = optuna.create_study(sampler=sampler, directions=["minimize"] * objectives)

    def _suggest(self, trial, name, entry):
        if "float" in entry:
            return trial.suggest_float(name, *entry["float"], log=entry.get("log", False))
        if "int" in entry:
            return trial.suggest_int(name, *entry["int"], log=entry.get("log", False))
        return trial.suggest_categorical(name, entry["choice"] if "choice" in entry else [False, True])

    def ask(self, n):
        asked = []
        for _ in range(n):
            trial, configuration = self.study.ask(), {}
            for name, entry in self.space.items():
                if active(self.space, name, configuration):
                    configuration[name] = self._suggest(trial, name, entry)
            asked.append((trial, configuration))
        return asked

    def tell(self, token, value):
        import optuna
        if isinstance(value, tuple):
            values, excesses = value
            token.set_user_attr("excesses", excesses)
            self.study.tell(token, values)
        elif math.isfinite(value):
            self.study.tell(token, value)
        else:
            self.study.tell(token, state=optuna.trial.TrialState.FAIL)

    @staticmethod
    def version():
        return importlib.metadata.version("optuna")


class Hebo:
    needs = "hebo"

    def start(self, space, seed, trials, batch):
        import numpy as np
        import pandas as pd
        import torch
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO
        torch.set_num_threads(1)
        np.random.seed(seed)
        torch.manual_seed(seed)
        self.pandas, self.space, self.worst = pd, space, None
        self.hebo = HEBO(DesignSpace().parse([self._parameter(n, e) for n, e in space.items()]),
                         scramble_seed=seed)

    @staticmethod
    def _parameter(name, entry):
        if "float" in entry:
            low, high = entry["float"]
            return {"name": name, "type": "pow" if entry.get("log") else "num", "lb": low, "ub": high}
        if "int" in entry:
            low, high = entry["int"]
            return {"name": name, "type": "pow_int" if entry.get("log") else "int", "lb": low, "ub": high}
        if "choice" in entry:
            return {"name": name, "type": "cat", "categories": list(entry["choice"])}
        return {"name": name, "type": "bool"}

    def _plain(self, name, value):
        if "int" in self.space[name]:
            return int(value)
        return bool(value) if "bool" in self.space[name] else value if "choice" in self.space[name] else float(value)

    def ask(self, n):
        rows = self.hebo.suggest(n_suggestions=n)
        asked = []
        for i in range(len(rows)):
            row = rows.iloc[[i]]
            full = {name: self._plain(name, row[name].iloc[0]) for name in self.space}
            asked.append((row, restrict(self.space, full)))
        return asked

    def tell(self, token, value):
        if math.isfinite(value):
            self.worst = value if self.worst is None else max(self.worst, value)
        elif self.worst is None:
            return
        import numpy as np
        self.hebo.observe(token, np.array([[value if math.isfinite(value) else self.worst]]))

    @staticmethod
    def version():
        return importlib.metadata.version("HEBO")


class Skopt:
    needs = "skopt"

    def start(self, space, seed, trials, batch):
        from skopt import Optimizer
        self.space, self.worst, self.early = space, None, []
        self.optimizer = Optimizer([self._dimension(e) for e in space.values()], random_state=seed,
                                   n_initial_points=10)

    @staticmethod
    def _dimension(entry):
        from skopt.space import Categorical, Integer, Real
        prior = "log-uniform" if entry.get("log") else "uniform"
        if "float" in entry:
            return Real(*map(float, entry["float"]), prior=prior)
        if "int" in entry:
            return Integer(*entry["int"], prior=prior)
        return Categorical(entry["choice"] if "choice" in entry else [False, True])

    def ask(self, n):
        points = [self.optimizer.ask()] if n == 1 else self.optimizer.ask(n_points=n)
        asked = []
        for point in points:
            full = {name: value.item() if hasattr(value, "item") else value for name, value in zip(self.space, point)}
            asked.append((point, restrict(self.space, full)))
        return asked

    def tell(self, token, value):
        if math.isfinite(value):
            self.worst = value if self.worst is None else max(self.worst, value)
        elif self.worst is None:
            return
        self.optimizer.tell(token, value if math.isfinite(value) else self.worst)

    @staticmethod
    def version():
        return importlib.metadata.version("scikit-optimize")


METHODS = {
    "automl": lambda: Ours("auto"), "automl-gp": lambda: Ours("gp"), "automl-tpe": lambda: Ours("tpe"),
    "random": Random,
    "optuna-tpe": lambda: Optuna("TPESampler"), "optuna-gp": lambda: Optuna("GPSampler"),
    "optuna-cmaes": lambda: Optuna("CmaEsSampler"), "optuna-nsga2": lambda: Optuna("NSGAIISampler"),
    "hebo": Hebo, "skopt": Skopt,
}


def missing(name):
    """What a method needs and this interpreter does not have; None: it can run."""
    method = METHODS[name]()
    try:
        importlib.import_module(method.needs)
        return None
    except ImportError as error:
        return f"{method.needs} ({error})"
