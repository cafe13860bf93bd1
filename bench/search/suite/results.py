# SPDX-License-Identifier: Apache-2.0
"""The kept runs of this benchmark.

A run: {problem, kind, seed, trials, curve: [[trial, score], …] where the score of the chosen configuration changes,
ms: [milliseconds a suggestion, by quarter], suite: version of the problems}; the longest one counts.
"""
import pathlib

from record.runs import KeptRuns

KEEP = pathlib.Path(__file__).resolve().parents[1] / "results"
kept = KeptRuns(KEEP, ("problem", "seed"), "trials")


def at(run, trials):
    """Score after so many trials; None when the run is shorter."""
    if run["trials"] < trials:
        return None
    value = None
    for trial, score in run["curve"]:
        if trial > trials:
            break
        value = score
    return value
