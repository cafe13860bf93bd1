# SPDX-License-Identifier: Apache-2.0
"""The parameters and the seed of a trial."""
import json
import os

from automl._runner import tell_uses


class Params(dict):
    """Parameters by key or by attribute: `params["lr"]`, `params.lr`."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            known = ", ".join(map(str, self)) or "none"
            raise AttributeError("no parameter {!r}; there are {}".format(name, known)) from None

    def __setattr__(self, name, value):
        self[name] = value


def seed(default=0):
    """The seed of this trial: another one in each trial and each repeat of `compare:`, the same whenever the trial
    runs again. By hand: `default`."""
    return int(os.environ.get("AUTOML_SEED") or default)


def params(defaults=None, **more):
    """The trial's parameters, over `defaults` (a mapping, or keywords) for those that it does not have.

    Returns a `Params`. Outside a trial: the defaults. Inactive parameters of a conditional space are absent
    unless the defaults have them.
    """
    values = Params(defaults or {}, **more)
    path = os.environ.get("AUTOML_PARAMS")
    if path:
        with open(path, encoding="utf-8") as file:
            given = json.load(file)
        values.update(given)
        tell_uses(given)
    return values


def uses(**parameters):
    """Tells what parameters this program trains with, so that the engine can compare them with the trial's.

    `params()` tells what it has read; a program that takes its parameters from the command line, or that may have
    loaded others with its checkpoint, tells them with this. Plain values; other names than the trial's do not matter.
    """
    tell_uses({name: _plain(value) for name, value in parameters.items()})


class Schedule:
    """Which parameters to train each step with: what `automl export STUDY --schedule` has written."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        self.seed = content["seed"]  # of the trial that trained the first steps
        self._legs = content["schedule"]

    def at(self, step):
        """A `Params` for training up to this step (as it is reported); beyond the last step the last ones."""
        for leg in self._legs:
            if step <= leg["last_step"]:
                break
        return Params(leg["configuration"])


def _plain(value):
    if isinstance(value, (bool, int, float, str)):
        return value
    return value.item() if hasattr(value, "item") else str(value)
