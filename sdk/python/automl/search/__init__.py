# SPDX-License-Identifier: Apache-2.0
"""The search library of automl for programs that run their trials themselves.

    from automl.search import Optimizer
    optimizer = Optimizer({"lr": {"float": [1e-5, 1], "log": True}, "depth": {"int": [1, 8]}}, seed=1)
    for _ in range(50):
        [suggestion] = optimizer.ask()
        optimizer.tell(suggestion, train(**suggestion))
    print(optimizer.best)

`Scheduler` decides early which trials go on.

Compiled: installed by the wheel, or built by CMake into build/release/python. The rest of the package
`automl` does not need it.
"""
from automl.search.optimizer import Best, Optimizer, Suggestion, algorithms
from automl.search.scheduler import Observation, Resume, Scheduler, Verdict, schedulers
from automl.search.space import Space

__all__ = ["Best", "Observation", "Optimizer", "Resume", "Scheduler", "Space", "Suggestion", "Verdict", "algorithms",
           "schedulers"]
