# SPDX-License-Identifier: Apache-2.0
"""automl's search as a sampler of Optuna.

    import optuna
    from automl.optuna import AutoSampler
    study = optuna.create_study(sampler=AutoSampler(seed=1))
    study.optimize(objective, n_trials=100)

Needs Optuna 3.4 or newer and the compiled module (see `automl.search`).
"""
import math
import os
import threading

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from automl.search import Space, _core

__all__ = ["AutoSampler"]

_PLAN, _REASON = "automl:plan", "automl:reason"
_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


def _entry(distribution):
    """A distribution in the words of `Space`; choices by index, since Optuna allows any object."""
    if isinstance(distribution, CategoricalDistribution):
        return {"choice": list(range(len(distribution.choices)))}
    entry = {"float" if isinstance(distribution, FloatDistribution) else "int": [distribution.low, distribution.high],
             "log": distribution.log}
    if distribution.step is not None and not distribution.log:
        entry["step"] = distribution.step
    return entry


def _groups(trials):
    """Sets of parameters that always appear together, in order of appearance: the branches of a define-by-run
    space. Returns [{name: newest distribution}]."""
    appears = {}
    newest = {}
    for trial in trials:
        for name, distribution in trial.distributions.items():
            appears.setdefault(name, []).append(trial.number)
            newest[name] = distribution
    groups = {}
    for name, numbers in appears.items():
        if not newest[name].single():
            groups.setdefault(tuple(numbers), {})[name] = newest[name]
    return list(groups.values())


class _Model:
    """The optimizer of one group of parameters: what it has been told, and the trials that it has seen."""

    def __init__(self, distributions, algorithm, options, trials, parallel):
        self.distributions = dict(sorted(distributions.items()))
        self.space = Space({name: _entry(d) for name, d in self.distributions.items()})
        self.core = _core.Core(self.space.parameters, [], algorithm, options, trials, parallel)
        self.seen = set()

    def values(self, trial):
        """Of a trial, in units of the library; None when it has not all of them inside the present bounds."""
        plan = trial.system_attrs.get(_PLAN, {}) if trial.state == TrialState.RUNNING else {}
        found = {}
        for name, distribution in self.distributions.items():
            if name in trial.params:
                try:
                    internal = distribution.to_internal_repr(trial.params[name])
                except ValueError:  # a choice that there is no more
                    return None
            elif name in plan:
                internal = plan[name]
            else:
                return None
            if not distribution._contains(internal):
                return None
            found[name] = float(internal) if isinstance(distribution, FloatDistribution) else int(internal)
        return self.core.repair(self.space.to_values(found))

    def learn(self, trials, sign):
        for trial in trials:
            if trial.number in self.seen:
                continue
            self.seen.add(trial.number)
            values = self.values(trial)
            if values is not None:
                status, value = _outcome(trial)
                self.core.add(trial.number, values, status, sign * value)

    def suggest(self, pending, index, seed):
        """Internal representations by name, and the reason."""
        pending = [values for values in map(self.values, pending) if values is not None]
        found = self.core.suggest(1, pending, index, seed)
        if not found:
            return {}, "every configuration has been tried"
        (values, reason), = found
        return self.space.to_dict(values), reason


def _outcome(trial):
    if trial.state == TrialState.COMPLETE and math.isfinite(trial.values[0]):
        return _core.Status.complete, trial.values[0]
    if trial.state == TrialState.PRUNED and trial.intermediate_values:
        value = trial.intermediate_values[max(trial.intermediate_values)]
        if math.isfinite(value):
            return _core.Status.pruned, value
    return _core.Status.failed, 0.0


class AutoSampler(optuna.samplers.BaseSampler):
    """Samples with automl's search: `optuna.create_study(sampler=AutoSampler())`.

    algorithm   "auto" or a name of `automl.search.algorithms()`
    seed        same seed and sequential trials: same suggestions; None: drawn
    trials      how many are planned (0: unknown); `auto` chooses by it
    parallel    how many run at once (n_jobs times processes); `auto` chooses by it
    **options   of the algorithm

    Parameters that always appear together are modelled together, each branch of a define-by-run space on its own;
    a parameter seen for the first time is drawn uniformly. Running trials count as pending. The reason of a
    suggestion is kept in the trial's system attribute "automl:reason". Studies with one objective only: raises
    ValueError for others. May be shared by threads (n_jobs) and sent to other processes.
    """

    def __init__(self, algorithm="auto", seed=None, *, trials=0, parallel=1, **options):
        if algorithm != "auto" and algorithm not in _core.algorithm_names():
            raise ValueError(f"there is no algorithm {algorithm!r}; there are {', '.join(_core.algorithm_names())}")
        self._arguments = (algorithm, {name: str(value) for name, value in options.items()}, trials, parallel)
        self._random = optuna.samplers.RandomSampler(seed=seed)
        self._set_seed(seed)
        self._clear()

    def _set_seed(self, seed):
        if seed is None:
            seed = int.from_bytes(os.urandom(7), "little")
        self._seed = int(seed)

    def _clear(self):
        self._models = {}  # (study, distributions) → _Model
        self._lock = threading.Lock()

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name not in ("_models", "_lock")}

    def __setstate__(self, state):
        vars(self).update(state)
        self._clear()

    def reseed_rng(self):
        """Called in each worker. The seed itself stays: running trials are what keeps workers apart."""
        self._random.reseed_rng()

    def infer_relative_search_space(self, study, trial):
        if len(study.directions) != 1:
            raise ValueError("AutoSampler takes studies with one objective")
        space = {}
        for group in _groups(study.get_trials(deepcopy=False, states=_FINISHED)):
            space.update(group)
        return space

    def sample_relative(self, study, trial, search_space):
        if not search_space:
            return {}
        sign = 1.0 if study.direction == optuna.study.StudyDirection.MINIMIZE else -1.0
        plan, reasons = {}, []
        with self._lock:  # the plans of other threads' trials are all stored when the trials are read
            trials = study.get_trials(deepcopy=False)
            finished = [t for t in trials if t.state in _FINISHED]
            pending = [t for t in trials if t.state == TrialState.RUNNING and t.number != trial.number]
            for group in _groups(finished):
                group = {name: d for name, d in group.items() if name in search_space}
                if group:
                    found, reason = self._suggest(study, group, finished, pending, sign, trial.number)
                    plan.update(found)
                    reasons.append(reason)
            # Others see what this trial is going to be before the program has asked for it.
            study._storage.set_trial_system_attr(trial._trial_id, _PLAN, plan)
        study._storage.set_trial_system_attr(trial._trial_id, _REASON, "; ".join(reasons))
        return {name: search_space[name].to_external_repr(internal) for name, internal in plan.items()}

    def _suggest(self, study, group, finished, pending, sign, number):
        key = (study._study_id, id(study._storage), tuple(sorted((n, repr(d)) for n, d in group.items())))
        model = self._models.get(key)
        if model is None:
            model = self._models[key] = _Model(group, *self._arguments)
        model.learn(finished, sign)
        return model.suggest(pending, number, self._seed)

    def sample_independent(self, study, trial, param_name, param_distribution):
        return self._random.sample_independent(study, trial, param_name, param_distribution)
