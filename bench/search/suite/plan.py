# SPDX-License-Identifier: Apache-2.0
"""The table: which runs it needs of each method, so that all of them together take about five hours on two cores.

The suites `further`, `long` and `outcomes` are checks beside it, run on request.
"""
import dataclasses

BAYESMARK_TRIALS = 128  # 16 rounds of 8, at most


@dataclasses.dataclass(frozen=True)
class Part:
    """`trials` with each of `seeds` on every problem of `suite` whose name has none of the words `without` and, if there are any,
    one of the words `only`."""
    suite: str
    trials: int
    seeds: range
    without: tuple = ()
    only: tuple = ()

    def has(self, problem):
        return not any(word in problem for word in self.without) and (not self.only or any(word in problem for word in self.only))


_RECORDED = Part("recorded", 200, range(20))
_SHARED = (Part("functions", 200, range(20)), _RECORDED)
_WORKERS = Part("workers", 200, range(4))


def _real(digits):
    """All real models; training on the digits takes half of the time of all, so these have fewer rounds, of `digits` trials in all."""
    return (Part("bayesmark", BAYESMARK_TRIALS, range(20), without=("digits",)), Part("bayesmark", digits, range(20), only=("digits",)))


PLAN = {
    "automl": (Part("functions", 200, range(12)), Part("functions", 400, range(12, 20)), _RECORDED, *_real(32),
               Part("workers", 400, range(12, 20))),
    "automl-gp": (),
    "optuna-nsga2": (),
    "automl-tpe": (*_SHARED, _WORKERS),
    "random": (*_SHARED, *_real(16), _WORKERS),
    "optuna-tpe": (*_SHARED, *_real(16), _WORKERS),
    "optuna-cmaes": (*_SHARED, *_real(16)),
    # Those of which a suggestion takes 0.1 s and more make shorter runs. On perceptrons Optuna's GP takes more than a second; HEBO takes
    # about four on nearest neighbours, of which there are few that differ.
    "optuna-gp": (Part("functions", 50, range(20)), Part("recorded", 25, range(20)),
                  Part("bayesmark", 32, range(20), without=("digits", "mlp")), Part("bayesmark", 32, range(8), only=("mlp",)),
                  Part("bayesmark", 16, range(20), without=("mlp",), only=("digits",))),
    "skopt": (Part("functions", 25, range(20)), Part("recorded", 25, range(20))),
    "hebo": (Part("functions", 25, range(8)), Part("recorded", 25, range(8)),
             Part("bayesmark", 32, range(8), without=("digits", "knn")), Part("bayesmark", 16, range(8), only=("digits", "knn"))),
}
