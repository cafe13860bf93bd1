# SPDX-License-Identifier: Apache-2.0
"""Recorded training runs: a trial looks its result up in a table.

`recorded:mlp:DATASET`: multilayer perceptrons on 8 data sets, a full grid of 30,000 configurations, 5 runs each; a
trial is told the error (1 - balanced accuracy) of one run, what counts is the mean of all five.
`recorded:rnn:TASK`: 12 recurrent networks, 1,000 configurations of 8 optimizer parameters; the configuration nearest
to the one asked for answers, with its last validation loss.
Both: what counts is scaled, 0 the best in the table, 1 the median.
"""
import functools
import pathlib

import numpy as np

from suite.problem import Problem, generator

_FILES = {"mlp": "hpobench_mlp.npz", "rnn": "taskset_curves.npz"}
_AXES = {"alpha": ("float", 1e-8, 1, True), "batch_size": ("int", 4, 256, True), "depth": ("int", 1, 3, False),
         "learning_rate_init": ("float", 1e-5, 1, True), "width": ("int", 16, 1024, True)}


@functools.lru_cache(maxsize=4)
def _table(data, kind):
    path = pathlib.Path(data or "") / _FILES[kind]
    if not data or not path.exists():
        raise SystemExit(f"bench: recorded runs need --data DIR with {_FILES[kind]} in it")
    return np.load(path)


def names(data):
    mlp = [f"recorded:mlp:{key.split('__')[0]}" for key in sorted(_table(data, "mlp"))]
    rnn = [f"recorded:rnn:{key.removesuffix('__x')}" for key in sorted(_table(data, "rnn")) if key.endswith("__x")]
    return mlp + rnn


def _scaled(values, what):
    best, middle = np.nanmin(values), np.nanmedian(values)
    return lambda value: float((value - best) / (middle - best)) if np.isfinite(value) else 10.0


def _mlp(name, seed, data):
    error = 1 - np.asarray(_table(data, "mlp")[name.split(":")[2] + "__bal_acc"], dtype=float)
    mean = error.mean(axis=-1)
    scale = _scaled(mean, name)
    space = {axis: {kind: [low, high], "log": log} for axis, (kind, low, high, log) in _AXES.items()}

    def cell(c):
        place = []
        for (axis, (_, low, high, log)), n in zip(_AXES.items(), mean.shape):
            u = np.log(c[axis] / low) / np.log(high / low) if log else (c[axis] - low) / (high - low)
            place.append(int(np.clip(round(u * (n - 1)), 0, n - 1)))
        return tuple(place)

    def observe(c, trial):
        return float(error[cell(c)][generator(name, seed, trial).integers(error.shape[-1])])
    return Problem(name, "recorded mlp", space, observe, lambda c: scale(mean[cell(c)]))


def _rnn(name, seed, data):
    table, task = _table(data, "rnn"), name.split(":")[2]
    x = np.log10(np.asarray(table[task + "__x"], dtype=float))
    loss = np.asarray(table[task + "__valid_loss"], dtype=float)[:, -1]
    parameters = [str(p) for p in table["parameters"]]
    low, high = x.min(axis=0), x.max(axis=0)
    unit, scale = (x - low) / (high - low), _scaled(loss[np.isfinite(loss)], name)
    space = {p: {"float": [float(10 ** a), float(10 ** b)], "log": True} for p, a, b in zip(parameters, low, high)}

    def row(c):
        u = (np.log10([c[p] for p in parameters]) - low) / (high - low)
        return int(np.argmin(np.sum((unit - u) ** 2, axis=1)))
    return Problem(name, "recorded rnn", space, lambda c, trial: float(loss[row(c)]), lambda c: scale(loss[row(c)]))


def make(name, seed, data):
    return (_mlp if name.split(":")[1] == "mlp" else _rnn)(name, seed, data)
