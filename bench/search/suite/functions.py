# SPDX-License-Identifier: Apache-2.0
"""Test functions, moved by seed: the optimum is nowhere special, axes and values have arbitrary scales.

Formulas of single functions: z holds (…, d) coordinates with the optimum at 0 and value 0, about 1 to 10 wide.
"""
import math

import numpy as np

from suite.problem import Problem, generator


def ellipsoid(condition):
    def f(z):
        d = len(z)
        return float(np.sum(condition ** (np.arange(d) / max(d - 1, 1)) * z**2))
    return f


def rosenbrock(z):
    x = z + 1
    return float(np.sum(100 * (x[1:] - x[:-1]**2) ** 2 + (1 - x[:-1]) ** 2))


def ackley(z):
    return float(20 + math.e - 20 * np.exp(-0.2 * np.sqrt(np.mean(z**2))) - np.exp(np.mean(np.cos(2 * np.pi * z))))


def rastrigin(z):
    return float(np.sum(z**2 + 10 - 10 * np.cos(2 * np.pi * z)))


def levy(z):
    w = 1 + z / 4
    middle = (w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)
    return float(np.sin(np.pi * w[0]) ** 2 + np.sum(middle) + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2))


def griewank(z):
    return float(np.sum(z**2) / 40 + 1 - np.prod(np.cos(z / np.sqrt(np.arange(1, len(z) + 1)))))


def powers(z):
    return float(np.sum(np.abs(z) ** (2 + 4 * np.arange(len(z)) / max(len(z) - 1, 1))))


def plateaus(z):
    return float(np.sum(np.floor(np.abs(z) * 2)) + 0.1 * np.sum(np.abs(z)))


def sharp_ridge(z):
    return float(z[0] ** 2 + 10 * np.sqrt(np.sum(z[1:] ** 2)))


def styblinski(z):
    x = z - 2.903534
    return float(np.sum(x**4 - 16 * x**2 + 5 * x) / 2 + 39.16616570 * len(z))


def branin(u):
    x, y = 15 * u[0] - 5, 15 * u[1]
    a = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return a * a + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.39788735772973816


_HARTMANN_A = np.array([1.0, 1.2, 3.0, 3.2])
_HARTMANN3 = (np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]),
              np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]) * 1e-4)
_HARTMANN6 = (np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
                        [17, 8, 0.05, 10, 0.1, 14]]),
              np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                        [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]) * 1e-4)


def hartmann(table, optimum):
    a, p = table
    return lambda u: optimum - float(np.sum(_HARTMANN_A * np.exp(-np.sum(a * (u[:len(a[0])] - p) ** 2, axis=1))))


hartmann3, hartmann6 = hartmann(_HARTMANN3, 3.86278214782076), hartmann(_HARTMANN6, 3.32236801141551)


def six_hump(u):
    x, y = 6 * u[0] - 3, 4 * u[1] - 2
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2 + 1.0316284534898774


def michalewicz(u):
    x = math.pi * u
    value = -np.sum(np.sin(x) * np.sin(np.arange(1, len(x) + 1) * x**2 / np.pi) ** 20)
    return float(value) + {2: 1.8013034, 5: 4.687658}[len(x)]


def _axes(rng, d):
    """Float parameters of arbitrary scale, some logarithmic, and the map of a configuration to the unit cube."""
    space, scales = {}, []
    for i in range(d):
        if rng.random() < 0.3:
            low = float(10 ** rng.uniform(-6, 0))
            high = low * float(10 ** rng.uniform(2, 5))
            space[f"x{i}"] = {"float": [low, high], "log": True}
            scales.append((math.log(low), math.log(high), math.log))
        else:
            width = float(10 ** rng.uniform(-2, 3))
            low = width * float(rng.uniform(-2, 1))
            space[f"x{i}"] = {"float": [low, low + width]}
            scales.append((low, low + width, float))
    names = list(space)
    return space, lambda c: np.array([(s(c[n]) - low) / (high - low) for n, (low, high, s) in zip(names, scales)])


def _rotation(rng, d):
    q, r = np.linalg.qr(rng.standard_normal((d, d)))
    return q * np.sign(np.diag(r))


def _told(rng, score, noise, key):
    """Values in arbitrary units, with noise of a trial's own."""
    gain, offset = float(10 ** rng.uniform(-2, 2)), float(rng.uniform(-10, 10))

    def observe(configuration, trial):
        error = noise * generator("noise", *key, trial).standard_normal() if noise else 0.0
        return gain * (score(configuration) + error + offset)
    return observe


def centred(f, d, width, rotate=False, noise=0.0, effective=None):
    """Functions with the optimum at 0: it moves to a random place; `effective`: only that many axes matter."""
    def make(name, kind, seed):
        rng = generator(name, seed)
        space, unit = _axes(rng, d)
        n = effective or d
        used = rng.permutation(d)[:n]
        optimum = rng.uniform(0.15, 0.85, n)
        turn = _rotation(rng, n) if rotate else np.diag(rng.choice([-1.0, 1.0], n))
        def score(c):
            return f(width * (turn @ (unit(c)[used] - optimum)))
        return Problem(name, kind, space, _told(rng, score, noise, (name, seed)), score)
    return make


def boxed(f, d, noise=0.0, effective=None):
    """Functions of the unit cube: axes are swapped, turned round and bent, so that the optimum moves."""
    def make(name, kind, seed):
        rng = generator(name, seed)
        space, unit = _axes(rng, d)
        n = effective or d
        used, flip, bend = rng.permutation(d)[:n], rng.random(n) < 0.5, rng.uniform(0.7, 1.5, n)
        def score(c):
            u = np.clip(unit(c)[used], 0, 1)
            return float(f(np.where(flip, 1 - u, u) ** bend))
        return Problem(name, kind, space, _told(rng, score, noise, (name, seed)), score)
    return make
