# SPDX-License-Identifier: Apache-2.0
"""All problems by name."""
from suite import bayesmark, discrete, recorded
from suite import functions as f

_MAKE = {
    "smooth": {
        "branin2": f.boxed(f.branin, 2), "hartmann3": f.boxed(f.hartmann3, 3), "hartmann6": f.boxed(f.hartmann6, 6),
        "rosenbrock4": f.centred(f.rosenbrock, 4, 3), "ellipsoid5": f.centred(f.ellipsoid(10), 5, 4, rotate=True),
    },
    "multimodal": {
        "six_hump2": f.boxed(f.six_hump, 2), "ackley5": f.centred(f.ackley, 5, 20), "levy8": f.centred(f.levy, 8, 15),
        "rastrigin4": f.centred(f.rastrigin, 4, 6, rotate=True), "griewank6": f.centred(f.griewank, 6, 20),
        "michalewicz5": f.boxed(f.michalewicz, 5), "styblinski6": f.centred(f.styblinski, 6, 8),
    },
    "ill-conditioned": {
        "ellipsoid10": f.centred(f.ellipsoid(1e4), 10, 4, rotate=True), "powers8": f.centred(f.powers, 8, 2, rotate=True),
        "ridge6": f.centred(f.sharp_ridge, 6, 4, rotate=True), "plateaus5": f.centred(f.plateaus, 5, 6),
    },
    "high-dimensional": {
        "hartmann6of25": f.boxed(f.hartmann6, 25, effective=6), "levy20": f.centred(f.levy, 20, 15),
        "rosenbrock20": f.centred(f.rosenbrock, 20, 3), "ackley40": f.centred(f.ackley, 40, 20),
    },
    "noisy": {
        "hartmann6_noisy": f.boxed(f.hartmann6, 6, noise=0.2), "levy4_noisy": f.centred(f.levy, 4, 15, noise=2.0),
        "ackley8_noisy": f.centred(f.ackley, 8, 20, noise=1.0),
        "network_noisy": lambda *key: discrete.network(*key, noise=0.1),
    },
    "mixed": {
        "ackley_mixed8": discrete.mixed_ackley, "choices8": discrete.choices, "integers6": discrete.integers,
        "network7": discrete.network,
    },
    "conditional": {"layered12": discrete.layered, "models10": discrete.models, "pipeline8": discrete.pipeline},
}
_KIND = {name: kind for kind, members in _MAKE.items() for name in members}


def functions():
    return list(_KIND)


def names(suite, data=None):
    """Of the problems of a suite: functions, recorded (needs the folder of tables) or bayesmark."""
    if suite == "functions":
        return functions()
    return recorded.names(data) if suite == "recorded" else bayesmark.names()


def make(name, seed, data=None):
    if name in _KIND:
        return _MAKE[_KIND[name]][name](name, _KIND[name], seed)
    return recorded.make(name, seed, data) if name.startswith("recorded:") else bayesmark.make(name, seed)
