# SPDX-License-Identifier: Apache-2.0
"""Further problems, to check what holds beyond the test functions: no sampler was made or tuned with them
(one choice in `gp`, its second transform, was made looking at functions of the same families with other seeds).

Formulas as in S. Surjanovic and D. Bingham, "Virtual Library of Simulation Experiments", where they have a name;
moved by seed as the test functions are.
"""
import math

import numpy as np

from suite.discrete import _problem
from suite.functions import boxed, centred, ellipsoid
from suite.problem import generator

PREFIX = "further:"


def zakharov(z):
    t = np.sum(0.5 * np.arange(1, len(z) + 1) * z)
    return float(np.sum(z**2) + t**2 + t**4)


def dixon_price(z):
    i = np.arange(1, len(z) + 1)
    x = z + 2 ** (-(2.0**i - 2) / 2.0**i)
    return float((x[0] - 1) ** 2 + np.sum(i[1:] * (2 * x[1:] ** 2 - x[:-1]) ** 2))


def alpine(z):
    return float(np.sum(np.abs(z * np.sin(z) + 0.1 * z)))


def salomon(z):
    radius = math.sqrt(np.sum(z**2))
    return 1 - math.cos(2 * math.pi * radius) + 0.1 * radius


def cigar(z):
    return float(z[0] ** 2 + 1e4 * np.sum(z[1:] ** 2))


def discus(z):
    return float(1e4 * z[0] ** 2 + np.sum(z[1:] ** 2))


def happy_cat(z):
    x, d = z - 1, len(z)
    size = np.sum(x**2)
    return float(abs(size - d) ** 0.25 + (0.5 * size + np.sum(x)) / d + 0.5)


def weierstrass(z):
    k = np.arange(12)
    a, b = 0.5**k, 3.0**k
    return float(sum(np.sum(a * np.cos(2 * np.pi * b * (x + 0.5))) for x in z) - len(z) * np.sum(a * np.cos(np.pi * b)))


def exponential(z):
    return 1 - math.exp(-np.sum(z**2) / 8)


def absolute(z):
    return float(np.sum(np.arange(1, len(z) + 1) * np.abs(z)))


def drop_wave(u):
    size = np.sum((10.24 * u - 5.12) ** 2)
    return 1 - (1 + math.cos(12 * math.sqrt(size))) / (0.5 * size + 2)


def eggholder(u):
    x, y = 1024 * u - 512
    return 959.6406627 - (y + 47) * math.sin(math.sqrt(abs(x / 2 + y + 47))) - x * math.sin(math.sqrt(abs(x - y - 47)))


def schwefel(u):
    x = 1000 * u - 500
    return float(418.9828873 * len(x) - np.sum(x * np.sin(np.sqrt(np.abs(x)))))


def beale(u):
    x, y = 9 * u - 4.5
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def goldstein_price(u):
    x, y = 4 * u - 2
    near = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    far = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return near * far - 3


def colville(u):
    a, b, c, d = 20 * u - 10
    return (100 * (a**2 - b) ** 2 + (a - 1) ** 2 + (c - 1) ** 2 + 90 * (c**2 - d) ** 2
            + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1))


_SHEKEL_A = np.array([[4, 4, 4, 4], [1, 1, 1, 1], [8, 8, 8, 8], [6, 6, 6, 6], [3, 7, 3, 7], [2, 9, 2, 9], [5, 5, 3, 3],
                      [8, 1, 8, 1], [6, 2, 6, 2], [7, 3.6, 7, 3.6]])
_SHEKEL_C = np.array([0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5])


def shekel(u):
    return 10.5364098 - float(np.sum(1 / (np.sum((10 * u - _SHEKEL_A) ** 2, axis=1) + _SHEKEL_C)))


def spins(name, kind, seed):
    """16 switches with random fields and random pairwise couplings; the best of all 65,536 settings is known."""
    rng, d = generator(name, seed), 16
    coupling, field = rng.standard_normal((d, d)) * (rng.random((d, d)) < 0.3), rng.standard_normal(d)
    every = 1 - 2 * ((np.arange(2**d)[:, None] >> np.arange(d)) & 1)
    least = float(np.min(np.einsum("ni,ij,nj->n", every, coupling, every) + every @ field))
    def score(c):
        x = np.array([1 if c[f"b{i}"] else -1 for i in range(d)])
        return float(x @ coupling @ x + x @ field) - least
    return _problem(name, kind, seed, {f"b{i}": {"bool": None} for i in range(d)}, score, rng)


def machine(name, kind, seed):
    """A kernel machine's error: each kernel has its own best C and width, only one has a degree."""
    rng = generator(name, seed)
    kernels, scalings = ["rbf", "poly", "linear"], ["none", "std", "minmax", "robust"]
    space = {"kernel": {"choice": kernels}, "C": {"float": [1e-3, 1e3], "log": True},
             "gamma": {"float": [1e-4, 10], "log": True, "when": {"kernel": ["rbf", "poly"]}},
             "degree": {"int": [2, 5], "when": {"kernel": "poly"}}, "scaling": {"choice": scalings},
             "components": {"int": [2, 60]}, "tolerance": {"float": [1e-5, 1e-1], "log": True}}
    base = dict(zip(kernels, rng.permutation([0, 0.04, 0.12])))
    scaled = dict(zip(scalings, rng.permutation([0, 0.01, 0.05, 0.2])))
    best_c, best_gamma = dict(zip(kernels, rng.uniform(-2, 2, 3))), dict(zip(kernels, rng.uniform(-3, 0, 3)))
    components, degree = rng.integers(5, 55), int(rng.integers(2, 6))
    def score(c):
        kernel, size = c["kernel"], math.log10(c["C"])
        value = base[kernel] + scaled[c["scaling"]] + 0.02 * (size - best_c[kernel]) ** 2
        value += 0.1 * (1 - math.exp(-((c["components"] - components) / 20) ** 2)) + 0.002 * (math.log10(c["tolerance"]) + 3) ** 2
        if kernel != "linear":
            value += 0.04 * (math.log10(c["gamma"]) - best_gamma[kernel] + 0.3 * size) ** 2
        if kernel == "poly":
            value += 0.02 * abs(c["degree"] - degree)
        return min(value, 0.6)
    return _problem(name, kind, seed, space, score, rng)


def forest(name, kind, seed):
    """A forest's error: trees too deep or too shallow, leaves too small, features too few."""
    rng = generator(name, seed)
    criteria = ["gini", "entropy", "log"]
    space = {"trees": {"int": [10, 1000], "log": True}, "depth": {"int": [1, 30]}, "leaf": {"int": [1, 50], "log": True},
             "features": {"float": [0.05, 1]}, "criterion": {"choice": criteria}, "bootstrap": {"bool": None},
             "bins": {"int": [16, 256], "log": True}}
    depth, leaf, features = int(rng.integers(4, 20)), rng.uniform(0, 1.2), rng.uniform(0.2, 0.9)
    worse = dict(zip(criteria, rng.permutation([0, 0.01, 0.02])))
    def score(c):
        small = math.log10(c["leaf"])
        value = 0.1 * (max(0, depth - c["depth"]) / depth) ** 2 + 0.03 * max(0, c["depth"] - depth) / 30 * (2 - small)
        value += 0.02 * (small - leaf) ** 2 + 0.05 * (c["features"] - features) ** 2 + worse[c["criterion"]]
        return value + 0.1 / math.sqrt(c["trees"]) + 0.01 * (not c["bootstrap"]) + 0.004 * abs(math.log2(c["bins"]) - 6)
    return _problem(name, kind, seed, space, score, rng)


def ripples(name, kind, seed):
    """8 integers of 41 values on a bowl with ripples."""
    rng = generator(name, seed)
    best = rng.integers(4, 37, 8)
    def score(c):
        z = (np.array([c[f"k{i}"] for i in range(8)]) - best) / 4
        return float(np.sum(z**2 + 3 - 3 * np.cos(np.pi * z)))
    return _problem(name, kind, seed, {f"k{i}": {"int": [0, 40]} for i in range(8)}, score, rng)


_MAKE = {
    "further smooth": {
        "zakharov6": centred(zakharov, 6, 6, rotate=True), "zakharov12": centred(zakharov, 12, 4, rotate=True),
        "dixon_price5": centred(dixon_price, 5, 4), "exponential8": centred(exponential, 8, 4, rotate=True),
        "sphere30": centred(ellipsoid(1), 30, 4), "beale2": boxed(beale, 2), "goldstein_price2": boxed(goldstein_price, 2),
        "colville4": boxed(colville, 4), "cigar10": centred(cigar, 10, 4, rotate=True),
        "discus8": centred(discus, 8, 4, rotate=True),
    },
    "further multimodal": {
        "alpine8": centred(alpine, 8, 14), "salomon5": centred(salomon, 5, 12), "happy_cat6": centred(happy_cat, 6, 4),
        "weierstrass5": centred(weierstrass, 5, 1), "absolute15": centred(absolute, 15, 6), "drop_wave2": boxed(drop_wave, 2),
        "eggholder2": boxed(eggholder, 2), "schwefel4": boxed(schwefel, 4), "shekel4": boxed(shekel, 4),
    },
    "further noisy": {
        "ellipsoid6_noisy": centred(ellipsoid(100), 6, 4, noise=20.0), "zakharov4_noisy": centred(zakharov, 4, 5, noise=5.0),
    },
    "further mixed": {"spins16": spins, "machine7": machine, "forest7": forest, "ripples8": ripples},
}
_KIND = {PREFIX + name: (kind, make) for kind, members in _MAKE.items() for name, make in members.items()}


def names():
    return list(_KIND)


def make(name, seed):
    kind, problem = _KIND[name]
    return problem(name, kind, seed)
