# SPDX-License-Identifier: Apache-2.0
"""Learning curves in tables: a trial looks its losses up, so that every method sees the same truth.

`rnn:NAME`     12 recurrent networks (TaskSet, --data), 1,000 configurations each, 50 epochs of validation loss
`digits`       the example study `epochs`, 1,000 configurations, 81 epochs of validation error (record_curves.py)
`family:NAME`  made up: `power` falls by power laws, `crossing` begins lower where it ends higher, `late` shows nothing
               in the first third; 1,000 configurations of 4 parameters, 81 epochs
"""
import dataclasses
import functools
import math
import pathlib

import numpy as np

SEARCHES, TRIALS = 1001, 100
FAMILIES = ("power", "crossing", "late")
_HERE = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass
class Curves:
    """`configurations` of `space` (in the words of a study file), the losses of each after every epoch (to be
    minimised; shape: configuration, epoch), the seconds that one of its epochs takes."""
    name: str
    space: dict
    configurations: list
    losses: np.ndarray
    seconds: np.ndarray

    def __post_init__(self):
        self.losses = np.where(np.isfinite(self.losses), self.losses, math.inf)
        self.epochs = self.losses.shape[1]
        self._unit = np.array([self._place(one) for one in self.configurations])

    def _place(self, configuration):
        return [unit(entry, configuration[name]) for name, entry in self.space.items()]

    def nearest(self, configuration, tried):
        """The row that answers for a configuration: the nearest one that is not among the rows `tried`, as two
        configurations are never quite the same in a real search; once all are, the nearest one."""
        distances = np.sum((self._unit - self._place(configuration)) ** 2, axis=1)
        if len(set(tried)) < len(distances):
            distances[tried] = math.inf
        return int(np.argmin(distances))

    def target(self):
        """The best loss of a random search over 100 full trials: the median of 1,001 searches."""
        best, rng = self.losses.min(axis=1), np.random.default_rng(0)
        return float(np.median(best[rng.integers(len(best), size=(SEARCHES, TRIALS))].min(axis=1)))


def unit(entry, value):
    """Where a value lies in the range of its parameter, 0 to 1."""
    if "ordinal" in entry:
        return entry["ordinal"].index(value) / (len(entry["ordinal"]) - 1)
    low, high = entry["float"]
    return math.log(value / low) / math.log(high / low) if entry.get("log") else (value - low) / (high - low)


def _table(folder, name):
    path = pathlib.Path(folder or "") / name
    if not folder or not path.exists():
        raise SystemExit(f"bench: recorded curves need --data DIR with {name} in it")
    return np.load(path)


def _rnn(task, data):
    table = _table(data, "taskset_curves.npz")
    x = np.asarray(table[task + "__x"], dtype=float)
    names = [str(name) for name in table["parameters"]]
    space = {name: {"float": [float(low) * (1 - 1e-9), float(high) * (1 + 1e-9)], "log": True}
             for name, low, high in zip(names, x.min(axis=0), x.max(axis=0))}
    losses = np.asarray(table[task + "__valid_loss"], dtype=float)[:, 1:]
    return Curves(f"rnn:{task}", space, [dict(zip(names, map(float, row))) for row in x], losses, np.ones(len(x)))


def _digits():
    table = np.load(_HERE / "digits_curves.npz")
    sizes = [16, 32, 64, 128]
    space = {"batch": {"ordinal": sizes}, "decay": {"float": [1e-6, 0.1], "log": True},
             "lr": {"float": [1e-3, 1], "log": True}, "momentum": {"float": [0, 0.99]}, "width": {"ordinal": sizes}}
    rows = [{name: int(value) if "ordinal" in space[str(name)] else float(np.clip(value, *space[str(name)]["float"]))
             for name, value in zip(map(str, table["parameters"]), row)} for row in table["x"]]
    return Curves("digits", space, rows, table["errors"] / float(table["images"]), np.asarray(table["seconds"], dtype=float))


def _family(kind, configurations=1000, epochs=81):
    """The loss of a trial ends at the height of a bowl over three parameters and falls to it by its rate, which depends
    on the fourth one (`power`) or on how low it ends (`crossing`)."""
    rng = np.random.default_rng([1, FAMILIES.index(kind)])
    names = ["a", "b", "c", "rate"]
    space = {name: {"float": [1e-4, 1], "log": True} for name in names}
    u = rng.uniform(size=(configurations, 4))
    end = 0.1 + np.sum((u[:, :3] - [0.3, 0.6, 0.5]) ** 2, axis=1)[:, None]
    steps = np.arange(1, epochs + 1)
    if kind == "power":
        losses = end + steps ** -(0.4 + 0.8 * u[:, 3:])
    elif kind == "crossing":
        losses = end + (1.2 - end) * steps ** -(0.3 + 0.9 * end + 0.3 * u[:, 3:])
    else:
        start = epochs / 3 * (0.8 + 0.4 * u[:, 3:])
        losses = end + (1.5 - end) * np.exp(-np.maximum(steps - start, 0) / 8)
    losses = losses + 0.003 * rng.standard_normal(losses.shape)
    rows = [dict(zip(names, map(float, 10 ** (4 * row - 4)))) for row in u]
    return Curves(f"family:{kind}", space, rows, losses, np.ones(configurations))


def names(data):
    """Of all tables; those of the recorded networks where there is a folder of them."""
    recorded = [f"rnn:{key.removesuffix('__x')}" for key in sorted(_table(data, "taskset_curves.npz"))
                if key.endswith("__x")] if data else []
    return recorded + ["digits"] + [f"family:{kind}" for kind in FAMILIES]


@functools.lru_cache(maxsize=None)
def make(name, data=None):
    kind, _, which = name.partition(":")
    if kind == "rnn":
        return _rnn(which, data)
    return _digits() if kind == "digits" else _family(which)
