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
    goal       "minimize" or "maximize"; a list of them for several objectives
    algorithm  "auto" or one of `algorithms()`
    seed       0 to 2**63 - 1; same seed and same tells in the same order: same suggestions, on every machine
    forbid     expressions of combinations that are never tried
    trials     how many are planned (0: unknown); `auto` chooses by it
    parallel   how many run at once; `auto` chooses by it
    constraints  how many outcome constraints `tell` gets; a trial that misses one is never the best
    inherit    earlier searches over similar spaces, each a list of (configuration, value): gp and tpe start from
               their best and learn from them as far as they rank alike. Missing parameters take their defaults,
               further ones are dropped, values outside the space leave a trial out
    **options  of the algorithm, as `algorithms()` lists them

    Any thread may call; the interpreter is free while a suggestion is computed. Raises ValueError for a space,
    algorithm or option that is not understood.
    """

    def __init__(self, space, goal="minimize", algorithm="auto", seed=0, *, forbid=(), trials=0, parallel=1,
                 constraints=0, inherit=(), **options):
        goals = list(goal) if isinstance(goal, (list, tuple)) else [goal]
        if not goals or any(one not in ("minimize", "maximize") for one in goals):
            raise ValueError(f"goal must be minimize or maximize, or a list of them, got {goal!r}")
        self.space = space if isinstance(space, Space) else Space(space, forbid)
        self._signs = [1.0 if one == "minimize" else -1.0 for one in goals]
        self._constraints = int(constraints)
        self._core = _core.Core(self.space.parameters, self.space.forbidden, algorithm,
                                {name: str(value) for name, value in options.items()}, trials, parallel,
                                [one == "maximize" for one in goals], bool(inherit))
        for earlier in inherit:
            self._core.inherit(self._mapped(earlier))
        self._seed = int(seed)
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._pending = {}  # trial → values
        self._trials = 0
        self._index = 0
        self._front = []  # of Best: feasible and not dominated

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
        """`Best(trial, configuration, value)` among complete trials that miss no constraint; None before the first
        one, and with several objectives (see `front`)."""
        return self._front[0] if self._front and len(self._signs) == 1 else None

    @property
    def front(self):
        """[Best] of the complete trials that miss no constraint and that no other one beats: better in one objective
        and worse in none. `value` is a tuple when there are several objectives."""
        with self._lock:
            return list(self._front)

    @property
    def pending(self):
        """{trial: configuration} of all that were asked for and not told."""
        with self._lock:
            return {trial: self.space.to_dict(values) for trial, values in self._pending.items()}

    def ask(self, n=1, instead=None):
        """At most `n` (>= 1) configurations to try next, a list of `Suggestion`.

        Fewer only when the space is exhausted. They count as pending until told, so further calls keep
        away from them.

        instead  what to learn from in place of all that was told: [(configuration, value, pruned), …], as
                 `Scheduler.observations()` gives it; None: what was told
        """
        if n < 1:
            raise ValueError(f"ask for at least one configuration, not {n}")
        known = None if instead is None else [self._known(i, *one) for i, one in enumerate(instead)]
        with self._asking:
            with self._lock:
                pending, index = list(self._pending.values()), self._index
            found = self._core.suggest(n, pending, index, self._seed, known)
            suggestions = []
            with self._lock:
                for values, reason in found:
                    suggestions.append(Suggestion(self.space.to_dict(values), self._trials, reason))
                    self._pending[self._trials] = values
                    self._trials += 1
                self._index += len(found)
            return suggestions

    def tell(self, trial, value=None, *, pruned=False, constraints=()):
        """What a trial came to.

        trial   its number, its `Suggestion`, or any configuration {name: value} (missing active parameters
                take their defaults), which need not have been asked for
        value   a number, or one for each goal; None, not-a-number or infinity: the trial failed
        pruned  the trial was stopped early with this value
        constraints  for each constraint by how much it is missed: at most 0 where it is met

        Raises ValueError for a configuration outside the space and for the wrong number of values, KeyError for a
        number that is not pending.
        """
        results, misses = self._results(value, constraints)
        with self._lock:
            number, values = self._resolve(trial)
            status = _core.Status.pruned if pruned else _core.Status.complete
            if results is None:
                status = _core.Status.failed
            self._pending.pop(number, None)
        signed = [sign * result for sign, result in zip(self._signs, results or [])]
        if results is None:
            self._core.add(number, values, status, 0.0)
        else:
            self._core.add(number, values, status, signed[0], signed[1:], misses)
        if status == _core.Status.complete and all(miss <= 0 for miss in misses):
            with self._lock:
                self._enter(Best(number, self.space.to_dict(values), results[0] if len(results) == 1 else results))
        return number

    def _known(self, trial, configuration, value, pruned):
        """An observation of one objective as the core takes it."""
        values = self._core.repair(self.space.to_values(configuration))
        if value is None or not math.isfinite(value):
            return trial, values, _core.Status.failed, 0.0
        status = _core.Status.pruned if pruned else _core.Status.complete
        return trial, values, status, self._signs[0] * float(value)

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
                trials.append((values, self._signs[0] * float(value)))
        return trials

    def _results(self, value, constraints):
        """(values as a tuple or None for a failure, misses)."""
        if value is None:
            return None, []
        results = tuple(map(float, value)) if hasattr(value, "__len__") else (float(value),)
        misses = [float(miss) for miss in constraints]
        if len(results) != len(self._signs):
            raise ValueError(f"expected {len(self._signs)} values, got {len(results)}")
        if len(misses) != self._constraints:
            raise ValueError(f"expected {self._constraints} constraints, got {len(misses)}")
        return (results, misses) if all(map(math.isfinite, (*results, *misses))) else (None, [])

    def _enter(self, newcomer):
        """Into the front, unless somebody on it is as good everywhere; holds the lock."""
        def at_least_as_good(one, other):
            pairs = zip(self._signs, *(v if isinstance(v, tuple) else (v,) for v in (one.value, other.value)))
            return all(sign * a <= sign * b for sign, a, b in pairs)
        if not any(at_least_as_good(one, newcomer) for one in self._front):
            self._front = [one for one in self._front if not at_least_as_good(newcomer, one)] + [newcomer]

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
