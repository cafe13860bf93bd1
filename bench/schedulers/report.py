#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the section on schedulers of docs/benchmarks.md and its plot from the kept results.

    report.py [--work DIR] [--out docs/benchmarks.md]
"""
import argparse
import collections
import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from record import chart, section  # noqa: E402
from suite import populations, results  # noqa: E402
from suite.curves import FAMILIES, TRIALS  # noqa: E402
from suite.methods import METHODS, OURS, POPULATIONS  # noqa: E402

DRAWS = 1000
Ratio = collections.namedtuple("Ratio", "value low high")


def of(runs, problem, workers):
    return [run for key, run in sorted(runs.items()) if key[:2] == (problem, workers)]


def times(runs, problem, workers):
    """Seconds to the target by seed; where a run was given up, until then."""
    return np.array([run["time"] for run in of(runs, problem, workers)])


def missed(runs, problem, workers):
    """Whether the median run was given up, so that its time is a lower bound."""
    return np.mean([run["reached"] for run in of(runs, problem, workers)]) < 0.5


def faster(pairs):
    """Geometric mean over problems of the quotients of medians, with a 95 % interval: problems are drawn anew, and their
    seeds. pairs: [(times of the slow one, times of the fast one)], a pair a problem."""
    rng = np.random.default_rng(0)

    def medians(one):
        return np.median(rng.choice(one, size=(DRAWS, len(one))), axis=1)
    value = np.exp(np.mean([np.log(np.median(slow) / np.median(fast)) for slow, fast in pairs]))
    logs = np.array([np.log(medians(slow) / medians(fast)) for slow, fast in pairs])
    picked = rng.integers(len(pairs), size=(len(pairs), DRAWS))
    low, high = np.exp(np.percentile(np.mean(logs[picked, np.arange(DRAWS)], axis=0), [2.5, 97.5]))
    return Ratio(float(value), float(low), float(high))


def ratios(methods, problem, workers):
    """{method: how many times faster than random search} on one problem."""
    random = times(methods["random"], problem, workers)
    return {name: faster([(random, times(runs, problem, workers))]) for name, runs in methods.items()
            if of(runs, problem, workers)}


def shown(methods, fast, slow, problems, workers):
    """How many times faster one method is than another on the problems that both have run on; "–": on none."""
    both = [one for one in problems if of(methods[fast], one, workers) and of(methods[slow], one, workers)]
    if not both:
        return "–"
    ratio = faster([(times(methods[slow], one, workers), times(methods[fast], one, workers)) for one in both])
    bound = "≤ " if any(missed(methods[fast], one, workers) for one in both) else ""
    bound += "≥ " if any(missed(methods[slow], one, workers) for one in both) else ""
    part = f", {len(both)} of {len(problems)}" if len(both) < len(problems) else ""
    return f"{bound}{ratio.value:.1f} ({ratio.low:.1f}–{ratio.high:.1f}{part})"


def networks(methods, workers):
    """Names of the recorded networks that there are runs on."""
    return sorted({key[0] for runs in methods.values() for key in runs if key[0].startswith("rnn:") and key[1] == workers})


def seeds_of(runs):
    counts = collections.Counter(run["problem"] for run in runs).values()
    return f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)}–{max(counts)}"


def curve_table(methods, workers):
    rnn = networks(methods, workers)
    groups = ([(f"{len(rnn)} networks", rnn)] if rnn else []) + [("`digits`", ["digits"]), ("`digits`, loss", ["digits-loss"])]
    groups += [(f"`{kind}`", [f"family:{kind}"]) for kind in FAMILIES]
    titles = [title for title, _ in groups] + (["least of the networks"] if rnn else [])
    lines = [f"### Learning curves, {workers} worker{'s' if workers > 1 else ''}: how many times faster than random search", "",
             "≤: the median run was given up.", "",
             f"| method | {' | '.join(titles)} | reached, % | seeds |", "| --- |" + " --- |" * (len(titles) + 2)]
    for name in [one for one in METHODS if one in methods and one != "random"]:
        mine = [run for key, run in methods[name].items() if key[1] == workers and not key[0].startswith("population:")]
        if not mine:
            continue
        cells = [shown(methods, name, "random", problems, workers) for _, problems in groups]
        if rnn:
            least = [ratios({"random": methods["random"], name: methods[name]}, one, workers).get(name) for one in rnn]
            cells.append("–" if not any(least) else f"{min(one.value for one in least if one):.1f}")
        lines.append(f"| {name} | {' | '.join(cells)} | {100 * np.mean([run['reached'] for run in mine]):.0f} | {seeds_of(mine)} |")
    return lines + [""]


def full_table(methods, workers):
    """Epochs paid, as part of those of 100 full trials."""
    rnn = networks(methods, workers)
    groups = ([("12 networks", rnn)] if rnn else []) + [("`digits`", ["digits"]), ("`digits`, loss", ["digits-loss"])]
    lines = ["### Epochs paid until the target, in % of those of 100 full trials", "",
             f"Medians over the runs with {workers} workers. On `digits` many configurations tie at the target, so that random "
             "search is there early.", "",
             f"| method | {' | '.join(title for title, _ in groups)} |", "| --- |" + " --- |" * len(groups)]
    for name in [one for one in METHODS if one in methods and one not in POPULATIONS]:
        cells = []
        for _, problems in groups:
            parts = [run["epochs"] / (TRIALS * run["most"] / results.MOST) if run["reached"] else np.inf
                     for key, run in methods[name].items() if key[0] in problems and key[1] == workers]
            middle = np.median(parts) if parts else np.nan
            cells.append("–" if np.isnan(middle) else f"{100 * middle:.1f}" if np.isfinite(middle) else "not reached")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines + [""]


def duel_table(methods, workers):
    """How many times faster ours are than each peer, on the recorded networks."""
    problems = networks(methods, workers) or ["digits"]
    ours = [name for name in ("asha", "hyperband", "bohb", "asha-auto") if name in methods]
    lines = [f"### Beside peers: how many times faster ours are ({len(problems)} networks, {workers} workers)", "",
             f"| against | {' | '.join(ours)} |", "| --- |" + " --- |" * len(ours)]
    for name in [one for one in METHODS if one in methods and one not in OURS and one not in POPULATIONS]:
        lines.append(f"| {name} | {' | '.join(shown(methods, own, name, problems, workers) for own in ours)} |")
    return lines + [""]


def population_table(methods):
    names = [name for name in ("random", *POPULATIONS) if any(key[0].startswith("population:") for key in methods.get(name, ()))]
    if len(names) < 2:
        return []
    lines = [f"### Populations of {populations.MEMBERS}: how many times faster than random search, and the best loss of one population", "",
             "Beside random search the best loss of as many full trials; medians.", "",
             "| method | " + " | ".join(f"`{one.partition(':')[2]}` | best loss" for one in populations.NAMES) + " | seeds |",
             "| --- |" + " --- | --- |" * len(populations.NAMES) + " --- |"]
    for name in names:
        cells, every = [], []
        for problem in populations.NAMES:
            mine = of(methods[name], problem, populations.MEMBERS)
            every += mine
            best = f"{np.median([run['first'] for run in mine]):.3g}" if mine else "–"
            cells += ["1" if name == "random" else shown(methods, name, "random", [problem], populations.MEMBERS), best]
        lines.append(f"| {name} | {' | '.join(cells)} | {seeds_of(every)} |")
    return lines + [""]


def plot(methods, workers, path):
    """Share of runs that have reached the target by the time spent; False when there is nothing to show."""
    problems, lines = networks(methods, workers), {}
    if not problems:
        return False
    for name in ("random", "asha", "bohb", "asha-auto", "optuna-hyperband", "optuna-tpe-hyperband", "ray-asha", "ray-bohb"):
        runs = [run for key, run in methods.get(name, {}).items() if key[0] in problems and key[1] == workers]
        if runs:
            parts = np.array([run["epochs"] / (TRIALS * run["most"] / results.MOST) if run["reached"] else np.inf for run in runs])
            lines[name] = [(percent, float(np.mean(100 * parts <= percent))) for percent in (0, 1, *range(2, 102, 2))]
    path.write_text(chart.line_chart("Recorded networks: runs that have reached the target",
                                     "epochs paid, % of 100 full trials", "share of runs", lines))
    return True


def real_study():
    path = results.KEEP / "digits_study.json"
    if not path.exists():
        return []
    groups = collections.defaultdict(list)
    for run in json.loads(path.read_text()):
        groups[run["engine"], run["method"]].append(run)
    lines = ["### A real study: the example study `epochs`, 81 epochs, 2 trials at a time", "",
             "Epochs paid until a validation loss is reported that random search finds in 100 full trials (8,100 epochs): by the engine and its "
             "runners (verdicts come late by an epoch or two there; processor time of all attempts, the start of Python included), "
             "and with the same training in one process. Medians.", "",
             "| method | where | studies | reached | epochs paid | trials | processor s | best loss |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for (engine, method), runs in sorted(groups.items(), key=lambda one: (not one[0][0], one[0])):
        versions = ", ".join(sorted({run["version"] for run in runs}))
        middle = {field: np.median([run[field] for run in runs]) for field in ("epochs", "trials", "cpu_s", "best")}
        lines.append(f"| {method} ({versions}) | {'engine' if engine else 'process'} | {len(runs)} | "
                     f"{sum(run['reached'] for run in runs)} | {middle['epochs']:.0f} | {middle['trials']:.0f} | "
                     f"{middle['cpu_s']:.0f} | {middle['best']:.4f} |")
    return lines + [""]


def decisions():
    path = results.KEEP / "decision_time.json"
    if not path.exists():
        return []
    kept = json.loads(path.read_text())
    titles = {"decisions": "A decision among 10,000 live and as many complete trials (`bench_decision_time`",
              "reports": "What a report of one of 10,000 live trials costs the engine, stored (`bench_report_time`"}
    lines = []
    for key, title in titles.items():
        lines += [f"### {title}; {kept['version']}; microseconds of processor time)", "",
                  "| scheduler | median | 99 % | longest |", "| --- | --- | --- | --- |"]
        lines += [f"| {what} | {' | '.join(f'{figure:.1f}' for figure in figures)} |"
                  for what, *figures in kept[key] if "restart" not in what] + [""]
    return lines


def sections(loaded, folder):
    chosen = results.kept.newest(loaded, OURS)
    fresh = {}
    for name, (which, runs) in chosen.items():
        fresh[name] = {key: run for key, run in runs.items() if run["suite"] == results.suite_version(key[0])}
    methods = {name: fresh[name] for name in METHODS if fresh.get(name)}
    lines = ["Versions: " + ", ".join(f"{name} {chosen[name][0].split('@')[1]} ({len(runs)} runs)"
                                      for name, runs in methods.items()) + ".", ""]
    workers = sorted({key[1] for runs in methods.values() for key in runs if not key[0].startswith("population:")}, reverse=True)
    for count in workers:
        lines += curve_table(methods, count)
    most = max(workers)
    if plot(methods, most, folder / "schedulers.svg"):
        lines += ["![Recorded networks: runs that have reached the target](schedulers.svg)", ""]
    return (lines + full_table(methods, most) + duel_table(methods, most) + population_table(methods) + real_study() + decisions())


def write(loaded, out, folder):
    """Puts the tables between the marks of `out` (appended where there are none), the plot into `folder`."""
    section.replace(out, "schedulers", "bench/schedulers/report.py", sections(loaded, folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", help="also the runs of this working folder")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parents[1] / "docs" / "benchmarks.md")
    options = parser.parse_args()
    write(results.kept.load(options.work), options.out, options.out.parent)


if __name__ == "__main__":
    main()
