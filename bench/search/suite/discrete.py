# SPDX-License-Identifier: Apache-2.0
"""Problems with integers, choices and conditions, shaped like tuning learning algorithms; moved by seed."""
import math

import numpy as np

from suite.functions import _told, ackley
from suite.problem import Problem, active, generator


def _problem(name, kind, seed, space, score, rng, noise=0.0):
    return Problem(name, kind, space, _told(rng, score, noise, (name, seed)), score)


def mixed_ackley(name, kind, seed):
    """3 floats, 3 integers, 2 choices: choices are places on an axis in an order that nobody knows."""
    rng = generator(name, seed)
    space = {f"x{i}": {"float": [-3, 5]} for i in range(3)}
    space.update({f"k{i}": {"int": [0, 15]} for i in range(3)}, **{f"c{i}": {"choice": list("abcde")} for i in range(2)})
    optimum = rng.uniform(0.15, 0.85, 3)
    best = rng.integers(2, 14, 3)
    orders = [dict(zip("abcde", rng.permutation(5))) for _ in range(2)]
    def score(c):
        z = [4 * ((c[f"x{i}"] + 3) / 8 - optimum[i]) for i in range(3)]
        z += [(c[f"k{i}"] - best[i]) / 5 for i in range(3)] + [orders[i][c[f"c{i}"]] / 2 for i in range(2)]
        return ackley(np.array(z))
    return _problem(name, kind, seed, space, score, rng)


def choices(name, kind, seed):
    """6 choices of 5 with pairwise effects, and 2 floats whose best place depends on the first choice."""
    rng = generator(name, seed)
    space = {f"c{i}": {"choice": [f"v{k}" for k in range(5)]} for i in range(6)}
    space.update({f"x{i}": {"float": [0, 1]} for i in range(2)})
    single, pair = rng.random((6, 5)), 0.5 * rng.standard_normal((5, 5, 5))
    places = rng.uniform(0.1, 0.9, (5, 2))
    def part(k):
        return sum(single[i][k[i]] for i in range(6)) + sum(pair[i][k[i]][k[i + 1]] for i in range(5))
    table = {tuple(k): part(k) for k in np.ndindex(*[5] * 6)}
    best = min(table.values())
    def score(c):
        k = tuple(int(c[f"c{i}"][1]) for i in range(6))
        return table[k] - best + 2 * sum((c[f"x{i}"] - places[k[0]][i]) ** 2 for i in range(2))
    return _problem(name, kind, seed, space, score, rng)


def integers(name, kind, seed):
    """6 integers of very different ranges, one logarithmic, on a bent valley."""
    rng = generator(name, seed)
    ranges = [(0, 9), (1, 1024), (0, 3), (-50, 50), (0, 30), (5, 500)]
    space = {f"k{i}": {"int": list(r), "log": i == 1} for i, r in enumerate(ranges)}
    def unit(c, i):
        low, high = ranges[i]
        k = c[f"k{i}"]
        return math.log(k / low) / math.log(high / low) if i == 1 else (k - low) / (high - low)
    optimum = [unit({f"k{i}": round(math.exp(rng.uniform(1, 6))) if i == 1 else int(rng.integers(low, high + 1))}, i)
               for i, (low, high) in enumerate(ranges)]
    def score(c):
        z = np.array([unit(c, i) - optimum[i] for i in range(6)])
        return float(np.sum(z**2) + 5 * np.sum((z[1:] - z[:-1] ** 2) ** 2) + 0.3 * np.sum(np.abs(z)))
    return _problem(name, kind, seed, space, score, rng)


def network(name, kind, seed, noise=0.0):
    """A training run's final loss: learning rate and batch size belong together, each optimizer has its own best."""
    rng = generator(name, seed)
    space = {"lr": {"float": [1e-6, 1], "log": True}, "batch": {"int": [8, 1024], "log": True},
             "optimizer": {"choice": ["sgd", "adam", "adamw", "rmsprop"]}, "decay": {"float": [1e-7, 1e-1], "log": True},
             "layers": {"int": [1, 8]}, "dropout": {"float": [0, 0.7]}, "norm": {"bool": None}}
    best_lr = dict(zip(space["optimizer"]["choice"], rng.uniform(-4, -1, 4)))
    base = dict(zip(space["optimizer"]["choice"], rng.permutation([0, 0.05, 0.1, 0.3])))
    decay, layers, dropout = rng.uniform(-5.5, -2), int(rng.integers(2, 7)), rng.uniform(0.1, 0.5)
    norm = bool(rng.integers(2))
    def score(c):
        lr = math.log10(c["lr"]) - best_lr[c["optimizer"]] - 0.5 * math.log10(c["batch"] / 128)
        value = 1 - math.exp(-0.5 * lr**2) if lr < 0 else min(1.0, 0.8 * lr**2)
        value += 0.04 * (math.log10(c["decay"]) - decay) ** 2 + 0.03 * abs(c["layers"] - layers)
        value += 0.8 * (c["dropout"] - dropout - 0.04 * (c["layers"] - layers)) ** 2
        return value + base[c["optimizer"]] + 0.1 * (c["norm"] != norm)
    return _problem(name, kind, seed, space, score, rng, noise)


def layered(name, kind, seed):
    """1 to 5 layers, each with a width and a rate that exist only then."""
    rng = generator(name, seed)
    space = {"lr": {"float": [1e-5, 1], "log": True}, "layers": {"int": [1, 5]}}
    for i in range(1, 6):
        when = {"layers": f">= {i}"}
        space[f"width{i}"] = {"int": [4, 512], "log": True, "when": when}
        space[f"rate{i}"] = {"float": [0, 0.6], "when": when}
    best_lr, best_layers = rng.uniform(-4, -1), int(rng.integers(2, 5))
    widths, rates = rng.uniform(3, 8, 5), rng.uniform(0.05, 0.5, 5)
    def score(c):
        value = 0.25 * (math.log10(c["lr"]) - best_lr) ** 2 + 0.15 * abs(c["layers"] - best_layers)
        parts = [0.08 * (math.log2(c[f"width{i}"]) - widths[i - 1]) ** 2 + (c[f"rate{i}"] - rates[i - 1]) ** 2
                 for i in range(1, c["layers"] + 1)]
        return value + sum(parts) / len(parts)
    return _problem(name, kind, seed, space, score, rng)


def models(name, kind, seed):
    """Which of three kinds of model, each with 3 parameters of its own."""
    rng = generator(name, seed)
    space = {"model": {"choice": ["svm", "forest", "boosting"]}}
    floors = dict(zip(space["model"]["choice"], rng.permutation([0, 0.05, 0.15])))
    bests = {}
    for model in space["model"]["choice"]:
        for i in range(3):
            space[f"{model}_{i}"] = {"float": [1e-4, 1e2], "log": True, "when": {"model": model}} if i < 2 else {
                "int": [1, 20], "when": {"model": model}}
        bests[model] = (rng.uniform(-3, 1, 2), int(rng.integers(2, 19)))
    def score(c):
        model = c["model"]
        logs, whole = bests[model]
        z = [(math.log10(c[f"{model}_{i}"]) - logs[i]) / 2 for i in range(2)] + [(c[f"{model}_2"] - whole) / 8]
        return floors[model] + 0.5 * (z[0] ** 2 + (z[1] + 0.5 * z[0]) ** 2) + 0.3 * abs(z[2])
    return _problem(name, kind, seed, space, score, rng)


def pipeline(name, kind, seed):
    """Choices below choices: scaling, an optional projection, a classifier with an optional kernel."""
    rng = generator(name, seed)
    space = {"scale": {"choice": ["none", "minmax", "standard"]}, "project": {"bool": None},
             "components": {"int": [2, 64], "log": True, "when": {"project": True}},
             "classifier": {"choice": ["linear", "kernel"]}, "c": {"float": [1e-4, 1e4], "log": True},
             "kernel": {"choice": ["rbf", "poly"], "when": {"classifier": "kernel"}},
             "gamma": {"float": [1e-5, 10], "log": True, "when": {"kernel": "rbf"}},
             "degree": {"int": [1, 6], "when": {"kernel": "poly"}}}
    scale = dict(zip(space["scale"]["choice"], rng.permutation([0, 0.1, 0.3])))
    project, components = bool(rng.integers(2)), rng.uniform(2, 5)
    c_best, gamma, degree = rng.uniform(-2, 2), rng.uniform(-4, 0), int(rng.integers(2, 5))
    kinds = dict(zip(["linear", "rbf", "poly"], rng.permutation([0.2, 0.05, 0.0])))
    def score(c):
        value = scale[c["scale"]] + 0.05 * (math.log10(c["c"]) - c_best) ** 2 + kinds[c.get("kernel", "linear")]
        if c["project"]:
            value += 0.06 * (math.log2(c["components"]) - components) ** 2
        value += 0.1 * (c["project"] != project)
        if "gamma" in c:
            value += 0.1 * (math.log10(c["gamma"]) - gamma + 0.5 * (math.log10(c["c"]) - c_best)) ** 2
        return value + (0.05 * abs(c["degree"] - degree) if "degree" in c else 0)
    assert active(space, "degree", {"classifier": "kernel", "kernel": "poly"})
    return _problem(name, kind, seed, space, score, rng)
