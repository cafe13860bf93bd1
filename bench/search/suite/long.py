# SPDX-License-Identifier: Apache-2.0
"""Some test functions for 500 trials, to see how regret goes on where a peer is too slow to run them all so long."""
import dataclasses

from suite import catalogue

PREFIX = "long:"
_NAMES = ("hartmann6", "levy8", "ellipsoid10", "hartmann6_noisy", "choices8")


def names():
    return [PREFIX + name for name in _NAMES]


def make(name, seed):
    """The same function, with the same noise, as the one without the prefix."""
    return dataclasses.replace(catalogue.make(name.removeprefix(PREFIX), seed), name=name, kind="long")
