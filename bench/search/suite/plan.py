# SPDX-License-Identifier: Apache-2.0
"""The table: which runs it needs of each method, so that all of them together take about five hours on two cores."""
import dataclasses

BAYESMARK_TRIALS = 128  # 16 rounds of 8


@dataclasses.dataclass(frozen=True)
class Part:
    """`trials` on every problem of `suite` with each of `seeds`, problems with one of the words `without` left out."""
    suite: str
    trials: int
    seeds: range
    without: tuple = ()


# Half of the time of a real model goes to the digits, so they have two seeds; HEBO takes minutes for a round on nearest
# neighbours (few distinct configurations).
_REAL = (Part("bayesmark", BAYESMARK_TRIALS, range(2)), Part("bayesmark", BAYESMARK_TRIALS, range(2, 20), ("digits",)))
_PEER = (Part("functions", 200, range(20)), Part("recorded", 200, range(20)), *_REAL, Part("further", 100, range(8)))
_WORKERS = (Part("functions", 400, range(12, 20)), Part("workers", 400, range(12, 20)))

PLAN = {
    "automl": (*_WORKERS, *_PEER),
    "automl-gp": (Part("long", 500, range(8)),),
    "automl-tpe": (Part("functions", 200, range(20)), Part("recorded", 200, range(20)), Part("further", 100, range(8)),
                   Part("workers", 200, range(4))),
    "random": (*_PEER, Part("workers", 200, range(4))),
    "optuna-tpe": (*_PEER, Part("workers", 200, range(4))),
    "optuna-cmaes": _PEER,
    # above 0.1 s a suggestion: shorter runs
    "optuna-gp": (Part("functions", 100, range(8)), Part("functions", 50, range(8, 20)), Part("recorded", 50, range(20)),
                  Part("bayesmark", BAYESMARK_TRIALS, range(1), ("mlp", "linear")), Part("long", 500, range(8))),
    "skopt": (Part("functions", 25, range(20)), Part("recorded", 25, range(20))),
    "hebo": (Part("functions", 25, range(8)), Part("recorded", 25, range(8)),
             Part("bayesmark", BAYESMARK_TRIALS, range(1), ("knn",))),
}
