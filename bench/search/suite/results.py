# SPDX-License-Identifier: Apache-2.0
"""One compressed file of runs a method and version: JSON lines, a run a line.

A run: {problem, kind, seed, trials, curve: [[trial, score], …] where the score of the chosen configuration changes,
ms: [milliseconds a suggestion, by quarter], suite: version of the problems}. While runs go on, each process appends to a
file of its own in the working folder, and `collect` merges these.
"""
import gzip
import json
import pathlib

KEEP = pathlib.Path(__file__).resolve().parents[1] / "results"


def _runs(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as file:
        for line in file:
            if line.endswith("\n"):  # a killed process may leave half a line
                yield json.loads(line)


def label(name, version):
    return f"{name}@{version}"


def load(work=None):
    """{label: {(problem, seed): run}}, the longest run where there are several."""
    found = {}
    paths = sorted(KEEP.glob("*.jsonl.gz")) + (sorted(pathlib.Path(work).glob("*.jsonl")) if work else [])
    for path in paths:
        runs = found.setdefault(path.name.split(".jsonl")[0].split("+")[0], {})
        for run in _runs(path):
            key = (run["problem"], run["seed"])
            if key not in runs or runs[key]["trials"] <= run["trials"]:
                runs[key] = run
    return found


def append(work, which, shard, run):
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"{which}+{shard}.jsonl"
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        path.write_bytes(path.read_bytes().rpartition(b"\n")[0] + b"\n")
    with open(path, "a") as file:
        file.write(json.dumps(run, separators=(",", ":")) + "\n")


def collect(work):
    """Merges the working files into the kept ones; returns {label: number of runs}."""
    KEEP.mkdir(exist_ok=True)
    fresh = {path.name.split(".jsonl")[0].split("+")[0] for path in pathlib.Path(work).glob("*.jsonl")}
    counts = {}
    for which, runs in load(work).items():
        if which in fresh:
            lines = [json.dumps(runs[key], separators=(",", ":")) + "\n" for key in sorted(runs)]
            with open(KEEP / f"{which}.jsonl.gz", "wb") as file:
                file.write(gzip.compress("".join(lines).encode(), mtime=0))
            counts[which] = len(runs)
    return counts


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
