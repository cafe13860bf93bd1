# SPDX-License-Identifier: Apache-2.0
"""The table: which runs it needs of each method, so that all of them together take about five hours on two cores.

The suites `further`, `long` and `outcomes` are checks beside it, run on request.
"""
import dataclasses

BAYESMARK_TRIALS = 128  # 16 rounds of 8, at most


@dataclasses.dataclass(frozen=True)
class Part:
    """`trials` on every problem of `suite` with each of `seeds`, problems with one of the words `without` left out."""
    suite: str
    trials: int
    seeds: range
    without: tuple = ()


_RECORDED = Part("recorded", 200, range(20))
_SHARED = (Part("functions", 200, range(20)), _RECORDED)
_WORKERS = Part("workers", 200, range(4))
# Half of the time of the real models goes to the digits, so they have two seeds.
_REAL = (Part("bayesmark", BAYESMARK_TRIALS, range(2)), Part("bayesmark", BAYESMARK_TRIALS, range(2, 20), ("digits",)))

PLAN = {
    "automl": (Part("functions", 200, range(12)), Part("functions", 400, range(12, 20)), _RECORDED, *_REAL,
               Part("workers", 400, range(12, 20))),
    "automl-gp": (),
    "optuna-nsga2": (),
    "automl-tpe": (*_SHARED, _WORKERS),
    "random": (*_SHARED, *_REAL, _WORKERS),
    "optuna-tpe": (*_SHARED, *_REAL, _WORKERS),
    "optuna-cmaes": (*_SHARED, *_REAL),
    # Those of which a suggestion takes 0.1 s and more make shorter runs. HEBO takes seven minutes for a run on nearest neighbours, of
    # which there are few that differ, Optuna's GP two on perceptrons.
    "optuna-gp": (Part("functions", 50, range(20)), Part("recorded", 25, range(20)),
                  Part("bayesmark", 32, range(20), ("digits", "mlp"))),
    "skopt": (Part("functions", 25, range(20)), Part("recorded", 25, range(20))),
    "hebo": (Part("functions", 25, range(8)), Part("recorded", 25, range(8)),
             Part("bayesmark", 32, range(8), ("digits", "knn"))),
}
