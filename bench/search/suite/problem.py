# SPDX-License-Identifier: Apache-2.0
"""What a method is run on."""
import dataclasses
import operator
import re
import typing
import zlib

import numpy as np

_COMPARE = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq,
            "!=": operator.ne}


@dataclasses.dataclass
class Problem:
    """To be minimised.

    space    {name: parameter} in the words of a study file, parents before children
    observe  (configuration, number of the trial) → what a method is told: float
    score    configuration → what counts: the same without noise; regret where the optimum is known
    """
    name: str
    kind: str
    space: dict
    observe: typing.Callable
    score: typing.Callable
    batch: int = 1  # suggestions before the first of them is told


def generator(*key):
    """The same numbers for the same words, on every machine."""
    return np.random.default_rng([zlib.crc32(str(part).encode()) for part in key])


def holds(condition, value):
    if isinstance(condition, (list, tuple)):
        return value in condition
    found = re.match(r"(>=|<=|==|!=|>|<)\s*(\S+)$", condition) if isinstance(condition, str) else None
    return _COMPARE[found[1]](value, float(found[2])) if found else value == condition


def active(space, name, configuration):
    """Whether parameter `name` exists beside the values of its parents."""
    return all(parent in configuration and holds(condition, configuration[parent])
               for parent, condition in (space[name].get("when") or {}).items())


def restrict(space, configuration):
    """Without inactive parameters, for methods that always give all."""
    kept = {}
    for name in space:
        if active(space, name, kept):
            kept[name] = configuration[name]
    return kept
