# SPDX-License-Identifier: Apache-2.0
"""Ask for configurations, tell their values."""
import collections
import math
import threading

from automl.search import _core
from automl.search.space import Space

Best = collections.namedtuple("Best", "trial configuration value")


class Suggestion(dict):
    """A configuration {name: value} of the active parameters, with `trial` (its number) and `reason` (why it)."""

    def __init__(self, configuration, trial, reason):
        super().__init__(configuration)
        self.trial = trial
        self.reason = reason


def algorithms():
    """{name: {option: (default, help)}} of every algorithm that `Optimizer` accepts beside "auto"."""
    return {name: {option: (default, text) for option, default, text in _core.algorithm_options(name)}
            for name in _core.algorithm_names()}


class Optimizer:
    """Proposes configurations of a space and learns from their values.

    space      {name: parameter} as in a study file (see `Space`), or a `Space`
    goal       "minimize" or "maximize"
    algorithm  "auto" or one of `algorithms()`
    seed       0 to 2**63 - 1; same seed and same tells in the same order: same suggestions, on every machine
    forbid     expressions of combinations that are never tried
    trials     how many are planned (0: unknown); `auto` chooses by it
    parallel   how many run at once; `auto` chooses by it
    inherit    earlier searches over similar spaces, each a list of (configuration, value): gp and tpe start from
               their best and learn from them as far as they rank alike. Missing parameters take their defaults,
               further ones are dropped, values outside the space leave a trial out
    **options  of the algorithm, as `algorithms()` lists them

    Any thread may call; the interpreter is free while a suggestion is computed. Raises ValueError for a space,
    algorithm or option that is not understood.
    """

    def __init__(self, space, goal="minimize", algorithm="auto", seed=0, *, forbid=(), trials=0, parallel=1, inherit=(),
                 **options):
        if goal not in ("minimize", "maximize"):
            raise ValueError(f"goal must be minimize or maximize, got {goal!r}")
        self.space = space if isinstance(space, Space) else Space(space, forbid)
        self._sign = 1.0 if goal == "minimize" else -1.0
        self._core = _core.Core(self.space.parameters, self.space.forbidden, algorithm,
                                {name: str(value) for name, value in options.items()}, trials, parallel,
                                bool(inherit))
        for earlier in inherit:
            self._core.inherit(self._mapped(earlier))
        self._seed = int(seed)
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._pending = {}  # trial → values
        self._trials = 0
        self._index = 0
        self._best = None

    @property
    def algorithm(self):
        """Name of the algorithm in force."""
        return self._core.algorithm

    @property
    def choice(self):
        """Why this algorithm, in one line."""
        return self._core.reason

    @property
    def best(self):
        """`Best(trial, configuration, value)` among complete trials; None before the first one."""
        return self._best

    @property
    def pending(self):
        """{trial: configuration} of all that were asked for and not told."""
        with self._lock:
            return {trial: self.space.to_dict(values) for trial, values in self._pending.items()}

    def ask(self, n=1):
        """At most `n` (>= 1) configurations to try next, a list of `Suggestion`.

        Fewer only when the space is exhausted. They count as pending until told, so further calls keep
        away from them.
        """
        if n < 1:
            raise ValueError(f"ask for at least one configuration, not {n}")
        with self._asking:
            with self._lock:
                pending, index = list(self._pending.values()), self._index
            found = self._core.suggest(n, pending, index, self._seed)
            suggestions = []
            with self._lock:
                for values, reason in found:
                    suggestions.append(Suggestion(self.space.to_dict(values), self._trials, reason))
                    self._pending[self._trials] = values
                    self._trials += 1
                self._index += len(found)
            return suggestions

    def tell(self, trial, value=None, *, pruned=False):
        """What a trial came to.

        trial   its number, its `Suggestion`, or any configuration {name: value} (missing active parameters
                take their defaults), which need not have been asked for
        value   a number; None, not-a-number or infinity: the trial failed
        pruned  the trial was stopped early with this value

        Raises ValueError for a configuration outside the space, KeyError for a number that is not pending.
        """
        value = math.nan if value is None else float(value)
        with self._lock:
            number, values = self._resolve(trial)
            status = _core.Status.pruned if pruned else _core.Status.complete
            if not math.isfinite(value):
                status, value = _core.Status.failed, math.nan
            self._pending.pop(number, None)
        self._core.add(number, values, status, self._sign * value if math.isfinite(value) else 0.0)
        with self._lock:
            if status == _core.Status.complete and (
                    self._best is None or self._sign * value < self._sign * self._best.value):
                self._best = Best(number, self.space.to_dict(values), value)
        return number

    def _mapped(self, earlier):
        """The trials of an earlier search that have a place in this space, as the core takes them."""
        trials = []
        for configuration, value in earlier:
            known = {name: one for name, one in configuration.items() if name in self.space.names}
            try:
                given = self.space.to_values(known)
            except ValueError:
                continue
            values = self._core.repair(given)
            inside = all(parameter.low <= one <= parameter.high or kind not in ("float", "int") or math.isnan(one)
                         for parameter, kind, one in zip(self.space.parameters, self.space.kinds, given))
            if value is not None and math.isfinite(value) and inside and not self._core.objection(values):
                trials.append((values, self._sign * float(value)))
        return trials

    def _resolve(self, trial):
        """The trial's number and values; holds the lock."""
        number = getattr(trial, "trial", trial)
        if not isinstance(number, dict):
            if number not in self._pending:
                raise KeyError(f"trial {number!r} is not pending: never asked for, or told already")
            return number, self._pending[number]
        given = self.space.to_values(trial)
        values = self._core.repair(given)
        for name, wanted, got in zip(self.space.names, given, values):
            if not math.isnan(wanted) and not abs(wanted - got) <= 1e-9 * max(1.0, abs(wanted)):
                raise ValueError(f"{name} cannot be {trial[name]!r} here: outside its range, off its step, or inactive")
        objection = self._core.objection(values)
        if objection:
            raise ValueError(objection)
        for number, pending in self._pending.items():
            if all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(values, pending)):
                return number, pending
        self._trials += 1
        return self._trials - 1, values
