# SPDX-License-Identifier: Apache-2.0
"""Trainings whose state can be copied, for population-based methods.

`population:quadratic`  the toy of Jaderberg et al. (2017): each of two weights falls at a rate that a parameter scales
`population:rates`      stochastic gradient descent with momentum on a noisy quadratic of 20 dimensions, whose best
                        learning rate falls in the course of training (Zhang et al., NeurIPS 2019)
`population:network`    the network of the example study `epochs`, really trained: learning rate, momentum, weight decay

Members train at the same time, each at a pace of its own (0.9 to 1.1 seconds an epoch); one that takes over another's
state goes on from its epoch. When all have come to the last epoch, a fresh population begins.

A method has
  begin(problem, seed, configurations)      a population
  report(member, epoch, loss, state) → None, "end", or (state, its epoch, configuration) to go on with
  end(member)                               it goes on with a state of the last epoch, so that it is done
"""
import copy
import functools
import heapq
import math
import pathlib
import sys
import types

import numpy as np

from suite import curves

MEMBERS = 8
SEARCHES, TRIALS, KNOWN = 1001, 100, 400
NAMES = [f"population:{name}" for name in ("quadratic", "rates", "network")]
MOST = 100  # a run is given up after the epochs of so many full trials


class Quadratic:
    space = {"h0": {"float": [0.0, 1.0]}, "h1": {"float": [0.0, 1.0]}}
    epochs = 50

    def fresh(self, seed):
        return np.array([0.9, 0.9])

    def train(self, state, configuration):
        rates = np.array([configuration["h0"], configuration["h1"]])
        return state * (1 - 0.1 * rates * np.array([1.0, 0.5]))

    def loss(self, state):
        return float(np.sum(state ** 2))


class Rates:
    space = {"lr": {"float": [1e-4, 1.0], "log": True}, "momentum": {"float": [0.0, 0.99]}}
    epochs = 60
    curvature = 1.0 / np.arange(1, 21)

    def fresh(self, seed):
        rng = np.random.default_rng(seed)
        return {"weights": np.ones(20), "speed": np.zeros(20), "random": rng}

    def train(self, state, configuration):
        for _ in range(10):
            noise = state["random"].standard_normal(20) * np.sqrt(self.curvature)
            gradient = self.curvature * state["weights"] + noise
            state["speed"] = configuration["momentum"] * state["speed"] - configuration["lr"] * gradient
            state["weights"] = np.clip(state["weights"] + state["speed"], -1e6, 1e6)
        return state

    def loss(self, state):
        return float(0.5 * np.sum(self.curvature * state["weights"] ** 2))


class Network:
    space = {"decay": {"float": [1e-6, 0.1], "log": True}, "lr": {"float": [1e-3, 1.0], "log": True},
             "momentum": {"float": [0.0, 0.99]}}
    epochs = 81

    def __init__(self):
        root = pathlib.Path(__file__).resolve().parents[3]
        sys.path += [str(root / "studies" / "epochs"), str(root / "sdk" / "python")]
        import train
        self.program, self.data = train, train.split()

    def fresh(self, seed):
        return self.program.fresh(64, seed)

    def train(self, state, configuration):
        options = types.SimpleNamespace(**{"batch": 32, **configuration})
        with np.errstate(all="ignore"):
            self.program.train_one_epoch(state, self.data[0], self.data[1], options)
        return state

    def loss(self, state):
        with np.errstate(all="ignore"):
            _, guess = self.program.forward(state["weights"], self.data[2])
        return float((guess.argmax(axis=1) != self.data[3]).mean())


@functools.lru_cache(maxsize=None)
def make(name):
    return {"quadratic": Quadratic, "rates": Rates, "network": Network}[name.partition(":")[2]]()


def draw(space, rng):
    configuration = {}
    for name, entry in space.items():
        low, high = entry["float"]
        u = rng.uniform()
        configuration[name] = low * (high / low) ** u if entry.get("log") else low + u * (high - low)
    return configuration


@functools.lru_cache(maxsize=None)
def random_curves(name):
    """Losses of full trials with random configurations (trial, epoch); for `network` those recorded with its width."""
    if name == "population:network":
        table = curves.make("digits")
        return table.losses[[i for i, row in enumerate(table.configurations) if row["width"] == 64]]
    problem, rng, known = make(name), np.random.default_rng(3), []
    for trial in range(KNOWN):
        state, configuration, losses = problem.fresh(trial), draw(problem.space, rng), []
        for _ in range(problem.epochs):
            state = problem.train(state, configuration)
            losses.append(problem.loss(state))
        known.append(losses)
    return np.array(known)


def target(name):
    """The best loss of a random search over 100 full trials: the median of 1,001 searches."""
    best, rng = random_curves(name).min(axis=1), np.random.default_rng(0)
    return float(np.median(best[rng.integers(len(best), size=(SEARCHES, TRIALS))].min(axis=1)))


def _random_search(name, rng, goal, most):
    known = random_curves(name)
    trials = known[rng.integers(len(known), size=3 * MOST)]
    first = float(trials[:MEMBERS].min())
    hits = np.argwhere(trials <= goal)
    for trial, epoch in hits:
        paid = int(trial // MEMBERS * MEMBERS * known.shape[1] + (epoch + 1) * MEMBERS)
        if paid <= 3 * most:
            return {"time": paid / MEMBERS, "epochs": paid, "reached": True, "first": first}
    return {"time": 3 * most / MEMBERS, "epochs": 3 * most, "reached": False, "first": first}


def _population(method, problem, seed, goal):
    """Trains one population to its end: (epochs paid, seconds, best loss, (epochs paid, seconds) at the goal or None)."""
    rng = np.random.default_rng(seed)
    configurations = [draw(problem.space, rng) for _ in range(MEMBERS)]
    states = [problem.fresh(int(rng.integers(2 ** 31))) for _ in range(MEMBERS)]
    pace, epochs = rng.uniform(0.9, 1.1, size=MEMBERS), [0] * MEMBERS
    method.begin(problem, int(rng.integers(2 ** 31)), configurations)
    queue = [(pace[member], member) for member in range(MEMBERS)]
    heapq.heapify(queue)
    paid, best, hit = 0, math.inf, None
    while queue:
        now, member = heapq.heappop(queue)
        states[member] = problem.train(states[member], configurations[member])
        epochs[member] += 1
        paid += 1
        loss = problem.loss(states[member])
        loss = loss if math.isfinite(loss) else math.inf
        best = min(best, loss)
        hit = hit or ((paid, now) if loss <= goal else None)
        answer = method.report(member, epochs[member], loss, states[member])
        if answer == "end":
            continue
        if answer is not None:
            state, epochs[member], configurations[member] = answer
            states[member] = copy.deepcopy(state)
        if epochs[member] < problem.epochs:
            heapq.heappush(queue, (now + pace[member], member))
        else:
            method.end(member)  # it has taken over a state of the last epoch
    return paid, now, best, hit


def run(method, name, seed):
    """Until the target is reached: {time, epochs, reached, first: the best loss of MEMBERS trials or of one population}."""
    problem, goal = make(name), target(name)
    most = MOST * problem.epochs
    if not hasattr(method, "begin"):
        return {**_random_search(name, np.random.default_rng([9, seed]), goal, most), "trials": 0, "most": most}
    paid, seconds, first, generation, hit = 0, 0.0, None, 0, None
    while hit is None and paid < most:
        epochs, time, best, hit = _population(method, problem, [seed, generation], goal)
        first = best if first is None else first
        paid, seconds, generation = paid + (hit or (epochs, time))[0], seconds + (hit or (epochs, time))[1], generation + 1
    return {"time": round(float(seconds), 3), "epochs": paid, "trials": generation * MEMBERS, "reached": hit is not None,
            "first": first, "most": most}
