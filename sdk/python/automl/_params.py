# SPDX-License-Identifier: Apache-2.0
"""The parameters and the seed of a trial."""
import json
import os


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
            values.update(json.load(file))
    return values
