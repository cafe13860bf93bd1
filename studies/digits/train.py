# SPDX-License-Identifier: Apache-2.0
"""Trains a multi-layer perceptron on the digits images and reports its accuracy after each epoch.

Runs the same by hand, where the reports are printed (the SDK is in sdk/python):
  PYTHONPATH=../../sdk/python python3 train.py --lr=0.01 --optimizer=adam
"""
import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # one core a trial; before numpy is loaded

import argparse
import warnings

import numpy
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import automl


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--optimizer", choices=("sgd", "adam"), default="sgd")
    parser.add_argument("--momentum", type=float, default=0.9, help="with --optimizer=sgd")
    parser.add_argument("--depth", type=int, default=2, help="hidden layers")
    parser.add_argument("--width", type=int, default=128, help="units of each")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--alpha", type=float, default=1e-4, help="weight decay")
    parser.add_argument("--epochs", type=int, default=12)
    return parser.parse_args()


def split():
    """The same split for every trial: 60 % to learn from, 40 % to measure on."""
    images, labels = load_digits(return_X_y=True)
    return train_test_split(
        images / 16.0, labels, test_size=0.4, stratify=labels, random_state=0
    )


def main():
    options = arguments()
    warnings.simplefilter("ignore", ConvergenceWarning)
    train_x, val_x, train_y, val_y = split()
    model = MLPClassifier(
        hidden_layer_sizes=(options.width,) * options.depth,
        solver=options.optimizer,
        learning_rate_init=options.lr,
        momentum=options.momentum,
        batch_size=options.batch,
        alpha=options.alpha,
        random_state=automl.seed(),
    )
    classes = numpy.unique(train_y)
    order = numpy.random.RandomState(automl.seed())
    for epoch in range(1, options.epochs + 1):
        shuffled = order.permutation(len(train_y))
        for start in range(0, len(shuffled), options.batch):
            rows = shuffled[start : start + options.batch]
            model.partial_fit(train_x[rows], train_y[rows], classes=classes)
        automl.report(step=epoch, val_accuracy=model.score(val_x, val_y))
        if automl.should_stop():
            break


if __name__ == "__main__":
    main()
