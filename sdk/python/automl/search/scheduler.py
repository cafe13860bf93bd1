# SPDX-License-Identifier: Apache-2.0
"""Report values of running trials, learn which of them go on."""
import collections
import math

from automl.search import _core
from automl.search.space import Space

Verdict = collections.namedtuple("Verdict", "action reason source step configuration")
Resume = collections.namedtuple("Resume", "trial reason")
Observation = collections.namedtuple("Observation", "configuration value pruned")


def schedulers():
    """{name: {option: (default, help)}} of every scheduler."""
    return {name: {option: (default, text) for option, default, text in _core.scheduler_options(name)}
            for name in _core.scheduler_names()}


class Scheduler:
    """Decides over running trials by the values they report.

    space      {name: parameter} as in a study file (see `Space`), or a `Space`
    goal       "minimize" or "maximize"
    scheduler  one of `schedulers()`
    seed       0 to 2**63 - 1; same seed and same calls in the same order: same decisions, on every machine
    forbid     expressions of combinations that are never tried
    **options  of the scheduler, as `schedulers()` lists them; `limits` as {name: [low, high]}

    The caller acts on every verdict at once. Any thread may call. Raises ValueError for a space, scheduler or option
    that is not understood, and for trials that were not started.
    """

    def __init__(self, space, goal="minimize", scheduler="asha", seed=0, *, forbid=(), **options):
        if goal not in ("minimize", "maximize"):
            raise ValueError(f"goal must be minimize or maximize, got {goal!r}")
        self.space = space if isinstance(space, Space) else Space(space, forbid)
        self._sign = 1.0 if goal == "minimize" else -1.0
        limits = options.get("limits")
        if isinstance(limits, dict):
            options["limits"] = ", ".join(f"{name} {low!r} {high!r}" for name, (low, high) in limits.items())
        self._core = _core.SchedulerCore(self.space.parameters, self.space.forbidden, scheduler,
                                         {name: str(value) for name, value in options.items()}, int(seed),
                                         goal == "maximize")

    def start(self, trial, configuration):
        """A trial, by any number of its own, starts to run; missing active parameters take their defaults."""
        self._core.start(int(trial), self._core.repair(self.space.to_values(configuration)))

    def report(self, trial, step, value):
        """A running trial reports; `value` may be None or not-a-number. Returns a `Verdict`, whose action is

        "proceed"  it goes on
        "pause"    it is to save its state and give its slot up, `resume()` may call it back
        "stop"     it is to end
        "exploit"  it is to load the state that trial `source` had at `step` and go on with `configuration`
        """
        value = math.nan if value is None else float(value)
        action, reason, source = self._core.report(int(trial), int(step), self._sign * value)
        if source is None:
            return Verdict(action.name, reason, None, None, None)
        return Verdict(action.name, reason, source[0], source[1], self.space.to_dict(source[2]))

    def resume(self):
        """A slot is free: `Resume(trial, reason)` of the paused trial that takes it, None if a new one may."""
        resumed = self._core.resume()
        return None if resumed is None else Resume(*resumed)

    def finish(self, trial, failed=False):
        """A trial has ended by itself."""
        self._core.set_state(int(trial), _core.TrialState.failed if failed else _core.TrialState.complete)

    def observations(self, fewest=None):
        """What a sampler is to learn from in place of trials that have ended: `Optimizer.ask(instead=…)`.

        [Observation(configuration, value, pruned), …] at the largest step that at least `fewest` trials (3 more than
        there are parameters) have reported at, not-a-number where a trial failed; `pruned` ones were stopped or
        paused before that step. None once as many trials are complete, or while too few have reported; beside `bohb`
        always a list.
        """
        fewest = len(self.space.names) + 3 if fewest is None else int(fewest)
        known = self._core.observations(fewest)
        return None if known is None else [self._observation(*one[1:]) for one in known]

    def _observation(self, values, status, value):
        value = math.nan if status == _core.Status.failed else self._sign * value
        return Observation(self.space.to_dict(values), value, status == _core.Status.pruned)

    def lineage(self, trial):
        """[(trial, step, configuration), …]: by whom, up to which step and with what the trial's weights were trained."""
        return [(one, step, self.space.to_dict(values)) for one, step, values in self._core.lineage(int(trial))]
