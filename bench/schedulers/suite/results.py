# SPDX-License-Identifier: Apache-2.0
"""The kept runs of this benchmark.

A run: {problem, workers, seed, time, epochs, trials, reached, most: epochs after which it would have been given up, cpu_s:
seconds of deciding, suite: version of the problems}.
"""
import hashlib
import pathlib

from record.runs import KeptRuns

HERE = pathlib.Path(__file__).resolve().parent
KEEP = HERE.parent / "results"
MOST = 300  # a run on curves is given up after the epochs of so many full trials
kept = KeptRuns(KEEP, ("problem", "workers", "seed"), "most")


def suite_version(problem):
    """Of a problem's sources: runs compare only where it is the same."""
    population = problem.startswith("population:")
    sources = ["suite/populations.py"] if population else ["suite/curves.py", "suite/cluster.py"]
    sources += ["digits_curves.npz"] if problem in ("digits", "digits-loss", "population:network") else []
    sources += ["suite/validation_loss.py", "digits_losses.npz"] if problem == "digits-loss" else []
    return hashlib.sha256(b"".join((HERE.parent / source).read_bytes() for source in sources)).hexdigest()[:8]
