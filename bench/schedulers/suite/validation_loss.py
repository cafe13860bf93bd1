# SPDX-License-Identifier: Apache-2.0
"""`digits-loss`: the trainings of the table `digits`, by their validation loss.

Few images are told wrong in the end, so that many configurations tie by errors; by the loss no two do.
"""
import functools
import pathlib

import numpy as np

from suite import curves

NAME = "digits-loss"
_HERE = pathlib.Path(__file__).resolve().parents[1]


@functools.lru_cache(maxsize=None)
def make():
    table = curves.make("digits")
    losses = np.asarray(np.load(_HERE / "digits_losses.npz")["losses"], dtype=float)
    return curves.Curves(NAME, table.space, table.configurations, losses, table.seconds)
