# SPDX-License-Identifier: Apache-2.0
"""What a training program says to automl, and hears from it.

Inside a session the calls reach the runner beside the program; outside, they print what they would have
reported, so a script runs unchanged by hand. Standard library only, Python 3.8 or later; may be used from any
thread, and from processes forked by the program.

    import automl
    params = automl.params({"lr": 0.1})         # values by hand; inside a trial: the trial's
    for epoch in range(30):
        ...
        if automl.report(step=epoch, val_accuracy=accuracy) != "continue":
            break
"""
import os

from automl._files import dataset, load, output, save
from automl._params import Params, Schedule, params, seed, uses
from automl._runner import Verdict, report, should_stop

__all__ = ["Params", "Schedule", "Verdict", "params", "seed", "uses", "report", "should_stop", "save", "load", "dataset", "output", "inside"]


def inside():
    """Whether this program runs in a session of automl."""
    return "AUTOML_SOCKET" in os.environ
