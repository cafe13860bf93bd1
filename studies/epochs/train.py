# SPDX-License-Identifier: Apache-2.0
"""Trains a small network on the digits images, epoch by epoch, and can be interrupted after any of them.

What it needs to go on (weights, momentum, random numbers, epoch) is one object: `automl.load` at the start, `automl.save`
now and then. An attempt that was killed, paused or lost goes on exactly where its last checkpoint was, to the last bit.
Runs the same by hand (the SDK is in sdk/python):
  PYTHONPATH=../../sdk/python python3 train.py --lr=0.05 --epochs=9
"""
import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # one core a trial; before numpy is loaded

import argparse

import numpy
from sklearn.datasets import load_digits

import automl


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--decay", type=float, default=1e-4, help="of the weights, a step")
    parser.add_argument("--width", type=int, default=64, help="hidden units")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=81)
    parser.add_argument("--save-every", type=int, default=3, help="epochs")
    parser.add_argument("--schedule", type=automl.Schedule, help="of parameters, as `automl export --schedule` writes it")
    return parser.parse_args()


def split():
    """The same split for every trial: 60 % to learn from, 40 % to measure on."""
    images, labels = load_digits(return_X_y=True)
    order = numpy.random.default_rng(0).permutation(len(labels))
    cut = len(labels) * 6 // 10
    images = images / 16.0
    return images[order[:cut]], labels[order[:cut]], images[order[cut:]], labels[order[cut:]]


def fresh(width, seed):
    """Weights before the first epoch, and all else that changes during training."""
    random = numpy.random.default_rng(seed)
    shapes = ((64, width), (width,), (width, 10), (10,))
    weights = [random.normal(0, (2 / shape[0]) ** 0.5, shape) if len(shape) == 2 else numpy.zeros(shape)
               for shape in shapes]
    return {"epoch": 0, "weights": weights, "speed": [numpy.zeros(shape) for shape in shapes], "random": random}


def forward(weights, images):
    first, bias, second, other_bias = weights
    hidden = numpy.maximum(images @ first + bias, 0)
    scores = hidden @ second + other_bias
    scores = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, scores / scores.sum(axis=1, keepdims=True)


def cross_entropy(guess, labels):
    return -numpy.log(numpy.maximum(guess[numpy.arange(len(labels)), labels], 1e-12)).mean()


def train_one_epoch(state, images, labels, options):
    """Stochastic gradient descent with momentum on the cross-entropy."""
    weights = state["weights"]
    order = state["random"].permutation(len(labels))
    for start in range(0, len(order), options.batch):
        rows = order[start : start + options.batch]
        hidden, error = forward(weights, images[rows])
        error[numpy.arange(len(rows)), labels[rows]] -= 1
        error /= len(rows)
        back = (error @ weights[2].T) * (hidden > 0)
        gradients = (images[rows].T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0))
        for weight, speed, gradient in zip(weights, state["speed"], gradients):
            speed *= options.momentum
            speed -= options.lr * (gradient + options.decay * weight)
            weight += speed


def main():
    options = arguments()
    train_x, train_y, val_x, val_y = split()
    schedule = options.schedule
    state = automl.load("state") or fresh(options.width, schedule.seed if schedule else automl.seed(1))
    automl.uses(lr=options.lr, momentum=options.momentum, decay=options.decay, batch=options.batch,
                width=state["weights"][0].shape[1])  # that of the weights, wherever they come from
    while state["epoch"] < options.epochs:
        if schedule:
            vars(options).update(schedule.at(state["epoch"] + 1))
        with numpy.errstate(all="ignore"):  # a rate that is too high ends in not-a-number, and that is reported
            train_one_epoch(state, train_x, train_y, options)
            _, guess = forward(state["weights"], val_x)
        state["epoch"] += 1
        loss = cross_entropy(guess, val_y)
        accuracy = (guess.argmax(axis=1) == val_y).mean()
        verdict = automl.report(step=state["epoch"], val_accuracy=accuracy, val_loss=loss)
        if verdict != "continue" or state["epoch"] % options.save_every == 0 or state["epoch"] == options.epochs:
            automl.save("state", state)
        if verdict != "continue":
            break


if __name__ == "__main__":
    main()
