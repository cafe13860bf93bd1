#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records the learning curves of the example study `epochs`, for run.py: random configurations of its space, in full.

    record_curves.py [--configurations 1000] [--out bench/schedulers]

Arrays of digits_curves.npz: `parameters` (names), `x` (configuration, parameter), `errors` (configuration, epoch): how many
of `images` validation images were told wrong, `seconds` (configuration): processor time of an epoch. Of
digits_losses.npz: `losses` (configuration, epoch), the validation loss of the same trainings. Takes minutes.
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import pathlib
import sys
import time
import types

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "studies" / "epochs"), str(ROOT / "sdk" / "python")]

import train  # noqa: E402

EPOCHS = 81


def draw(rng):
    """A configuration of studies/epochs/study.yaml."""
    return {"batch": int(rng.choice([16, 32, 64, 128])), "decay": 10 ** rng.uniform(-6, -1), "lr": 10 ** rng.uniform(-3, 0),
            "momentum": rng.uniform(0, 0.99), "width": int(rng.choice([16, 32, 64, 128]))}


def curve(configuration, seed, data):
    """Wrong images and validation loss after each epoch, and the processor time of an epoch."""
    train_x, train_y, val_x, val_y = data
    state, options, wrong, losses = train.fresh(configuration["width"], seed), types.SimpleNamespace(**configuration), [], []
    start = time.process_time()
    with np.errstate(all="ignore"):
        for _ in range(EPOCHS):
            train.train_one_epoch(state, train_x, train_y, options)
            _, guess = train.forward(state["weights"], val_x)
            wrong.append(int((guess.argmax(axis=1) != val_y).sum()))
            losses.append(train.cross_entropy(guess, val_y))
    return wrong, losses, (time.process_time() - start) / EPOCHS


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configurations", type=int, default=1000)
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder")
    options = parser.parse_args()
    rng, data = np.random.default_rng(7), train.split()
    configurations = [draw(rng) for _ in range(options.configurations)]
    recorded = [curve(one, seed, data) for seed, one in enumerate(configurations)]
    names = sorted(configurations[0])
    np.savez_compressed(options.out / "digits_curves.npz", parameters=np.array(names), images=np.array(len(data[3])),
                        x=np.array([[one[name] for name in names] for one in configurations], dtype=np.float32),
                        errors=np.array([wrong for wrong, _, _ in recorded], dtype=np.uint16),
                        seconds=np.array([seconds for _, _, seconds in recorded], dtype=np.float32))
    # Four digits: the file is half as large, and nothing is that exact.
    losses = np.array([[float(f"{loss:.4g}") for loss in losses] for _, losses, _ in recorded], dtype=np.float32)
    np.savez_compressed(options.out / "digits_losses.npz", losses=losses)


if __name__ == "__main__":
    main()
