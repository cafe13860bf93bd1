# SPDX-License-Identifier: Apache-2.0
"""One compressed file of runs a method and version: JSON lines, a run a line.

While runs go on, each process appends to a file of its own in the working folder, and `collect` merges these.
"""
import gzip
import json
import pathlib
import subprocess


def label(name, version):
    return f"{name}@{version}"


def commit():
    """The version of ours: that of the checkout."""
    return subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=7"], cwd=pathlib.Path(__file__).parent,
                          capture_output=True, text=True).stdout.strip() or "unknown"


def _lines(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as file:
        for line in file:
            if line.endswith("\n"):  # a killed process may leave half a line
                yield json.loads(line)


class KeptRuns:
    """The runs kept in `folder`, told apart by the fields `key`; of two the one with more in `length` counts."""

    def __init__(self, folder, key, length):
        self.folder, self.key, self.length = pathlib.Path(folder), key, length

    def load(self, work=None):
        """{label: {key: run}}."""
        found = {}
        paths = sorted(self.folder.glob("*.jsonl.gz")) + (sorted(pathlib.Path(work).glob("*.jsonl")) if work else [])
        for path in paths:
            runs = found.setdefault(path.name.split(".jsonl")[0].split("+")[0], {})
            for run in _lines(path):
                key = tuple(run[field] for field in self.key)
                if key not in runs or runs[key][self.length] <= run[self.length]:
                    runs[key] = run
        return found

    def newest(self, loaded, ours):
        """{method: (label, runs)}: of `ours` the version with the newest file wins, of peers the highest version."""
        chosen = {}
        for which in sorted(loaded):
            method = which.split("@")[0]
            path = self.folder / f"{which}.jsonl.gz"
            age = path.stat().st_mtime if path.exists() and method in ours else 0
            if method not in chosen or (age, which) >= chosen[method][0]:
                chosen[method] = ((age, which), loaded[which])
        return {method: (key[1], runs) for method, (key, runs) in chosen.items()}

    @staticmethod
    def append(work, which, shard, run):
        work = pathlib.Path(work)
        work.mkdir(parents=True, exist_ok=True)
        path = work / f"{which}+{shard}.jsonl"
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            path.write_bytes(path.read_bytes().rpartition(b"\n")[0] + b"\n")
        with open(path, "a") as file:
            file.write(json.dumps(run, separators=(",", ":")) + "\n")

    def collect(self, work):
        """Merges the working files into the kept ones; returns {label: number of runs}."""
        self.folder.mkdir(exist_ok=True)
        fresh = {path.name.split(".jsonl")[0].split("+")[0] for path in pathlib.Path(work).glob("*.jsonl")}
        counts = {}
        for which, runs in self.load(work).items():
            if which in fresh:
                lines = [json.dumps(runs[key], separators=(",", ":")) + "\n" for key in sorted(runs)]
                with open(self.folder / f"{which}.jsonl.gz", "wb") as file:
                    file.write(gzip.compress("".join(lines).encode(), mtime=0))
                counts[which] = len(runs)
        return counts
