# SPDX-License-Identifier: Apache-2.0
"""A cluster in virtual time: workers train one trial each, an epoch takes the seconds that the table says.

A method has
  start(curves, order, seed, workers)   `order`: rows of the table, the same random ones for every method
  take() → trial or None                a worker is free: the trial that it trains next; None: it waits
  rows[trial]                           the row of the table that answers for it
  report(trial, epoch, loss) → bool     whether the trial keeps its worker
A trial that is taken again goes on where it was: pausing and resuming cost nothing.
"""
import collections
import heapq
import itertools


class Stalled(RuntimeError):
    """A method has no trial to run, and none runs."""


def run(curves, method, workers, target, most):
    """Until a loss as low as the target is reported, or `most` epochs are paid: {time, epochs, trials, reached}."""
    queue, order, epochs, idle = [], itertools.count(), collections.Counter(), workers
    paid = now = 0
    while True:
        while idle:
            trial = method.take()
            if trial is None:
                break
            idle -= 1
            heapq.heappush(queue, (now + curves.seconds[method.rows[trial]], next(order), trial))
        if not queue:
            raise Stalled(f"no trial to run after {paid} epochs")
        now, _, trial = heapq.heappop(queue)
        row = method.rows[trial]
        loss = float(curves.losses[row, epochs[trial]])
        epochs[trial] += 1
        paid += 1
        if loss <= target or paid >= most:
            return {"time": round(float(now), 6), "epochs": paid, "trials": len(epochs), "reached": loss <= target}
        if method.report(trial, epochs[trial], loss):
            heapq.heappush(queue, (now + curves.seconds[row], next(order), trial))
        else:
            idle += 1
