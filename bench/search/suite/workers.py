# SPDX-License-Identifier: Apache-2.0
"""The test functions with 64 workers: so many trials are under way at any time, and they end as they began."""
import dataclasses

from suite import catalogue
from suite.problem import Problem

WORKERS = 64
PREFIX = "workers:"


@dataclasses.dataclass
class Parallel(Problem):
    workers: int = WORKERS


def names():
    return [PREFIX + name for name in catalogue.functions()]


def make(name, seed):
    """The same function, with the same noise, as the one without the prefix."""
    alone = catalogue.make(name.removeprefix(PREFIX), seed)
    given = {field.name: getattr(alone, field.name) for field in dataclasses.fields(alone)}
    return Parallel(**given | {"name": name, "kind": f"{WORKERS} workers"})
