#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/benchmarks.md and its plots from the kept results.

    report.py [--work DIR] [--out docs/benchmarks.md]

Ranks compare the methods on the same problem and seed. A method takes part at a budget when it has runs that long on
nine tenths of the problems; only the cells that all who take part have run count.
"""
import argparse
import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from record import chart, section  # noqa: E402
from run import APART  # noqa: E402
from suite import further, long, outcomes, results, workers  # noqa: E402

BUDGETS = (25, 50, 100, 200)
OURS = ("automl", "automl-gp", "automl-tpe")


def cells(methods, budget, suite):
    """(keys, scores[method, cell]) where every method has a run that long."""
    common = None
    for runs in methods.values():
        have = {k for k, run in runs.items() if suite(run) and results.at(run, budget) is not None}
        common = have if common is None else common & have
    keys = sorted(common or ())
    table = np.array([[results.at(runs[key], budget) for key in keys] for runs in methods.values()], dtype=float)
    return keys, np.where(np.isfinite(table), table, np.inf)


def taking_part(methods, budget, suite):
    covered = {name: {key[0] for key, run in runs.items() if suite(run) and results.at(run, budget) is not None}
               for name, runs in methods.items()}
    most = max(map(len, covered.values()), default=0)
    return {name: runs for name, runs in methods.items() if most and len(covered[name]) >= 0.9 * most}


def ranks(table):
    """Per column 1 for the lowest; ties share the mean. table: (methods, cells)."""
    below = (table[:, None, :] > table[None, :, :]).sum(axis=1)
    same = (table[:, None, :] == table[None, :, :]).sum(axis=1)
    return below + (same + 1) / 2


def interval(values, groups, rng, draws=1000):
    """95 % interval of the mean, problems drawn with replacement and then their seeds."""
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    picked = rng.integers(len(members), size=(draws, len(members)))
    means = np.empty(picked.shape)
    for i, own in enumerate(members):
        here = picked == i
        means[here] = values[own][rng.integers(len(own), size=(here.sum(), len(own)))].mean(axis=1)
    return np.percentile(means.mean(axis=1), [2.5, 97.5])


def group_mean(values, groups):
    return np.mean([values[groups == group].mean() for group in np.unique(groups)])


def rank_table(methods, suite, title):
    """Markdown lines and {method: {budget: mean rank}}."""
    rng = np.random.default_rng(0)
    rows, found, counts = {name: [] for name in methods}, {name: {} for name in methods}, []
    for budget in BUDGETS:
        present = taking_part(methods, budget, suite)
        keys, table = cells(present, budget, suite)
        counts.append(f"{len(keys)} ({len({k[0] for k in keys})})")
        for name in methods:
            if name not in present or not keys:
                rows[name].append("–")
        if not keys:
            continue
        ranked, groups = ranks(table), np.array([key[0] for key in keys])
        means = [group_mean(row, groups) for row in ranked]
        for name, row, mean in zip(present, ranked, means):
            low, high = interval(row, groups, rng)
            found[name][budget] = mean
            text = f"{mean:.2f} ({low:.2f}–{high:.2f})"
            rows[name].append(f"**{text}**" if mean == min(means) else text)
    lines = [f"### {title}", "", f"| method | {' | '.join(f'{b} trials' for b in BUDGETS)} |",
             "| --- |" + " --- |" * len(BUDGETS)]
    lines += [f"| {name} | {' | '.join(rows[name])} |" for name in methods]
    lines += [f"| *runs each (problems)* | {' | '.join(counts)} |", ""]
    return lines, found


def duel_table(methods, suite, title):
    """Markdown lines: how often `automl` beats each other method, on all cells that the two have in common."""
    rng = np.random.default_rng(0)
    lines = [f"### {title}: how often `automl` does better, in %", "",
             "On the same problem and seed, ties count half; in brackets the interval and the number of runs compared. "
             "Where a method has more seeds than all have in common, this says more than ranks.", "",
             f"| against | {' | '.join(f'{b} trials' for b in BUDGETS)} |", "| --- |" + " --- |" * len(BUDGETS)]
    for name, runs in methods.items():
        if name == "automl":
            continue
        row = []
        for budget in BUDGETS:
            keys, table = cells({"automl": methods["automl"], name: runs}, budget, suite)
            if not keys:
                row.append("–")
                continue
            wins, groups = 100 * (2 - ranks(table)[0]), np.array([key[0] for key in keys])
            low, high = interval(wins, groups, rng)
            row.append(f"{group_mean(wins, groups):.0f} ({low:.0f}–{high:.0f}; {len(keys)})")
        lines.append(f"| {name} | {' | '.join(row)} |")
    return lines + [""]


def class_table(methods, suite, budget):
    methods = taking_part(methods, budget, suite)
    kinds = sorted({run["kind"] for runs in methods.values() for run in runs.values() if suite(run)})
    lines = [f"### By class of problem, mean rank after {budget} trials", "",
             f"| class | {' | '.join(methods)} |", "| --- |" + " --- |" * len(methods)]
    for kind in kinds:
        keys, table = cells(methods, budget, lambda run: suite(run) and run["kind"] == kind)
        if keys:
            groups = np.array([key[0] for key in keys])
            means = [group_mean(row, groups) for row in ranks(table)]
            shown = [f"**{m:.2f}**" if m == min(means) else f"{m:.2f}" for m in means]
            lines.append(f"| {kind} | {' | '.join(shown)} |")
    return lines + [""]


def time_table(methods):
    lines = ["### Processor time of a suggestion (asking and telling; ms, median over runs)", "",
             "Each as its own run measured it, with one thread on shared cores: an order of magnitude, no "
             "comparison side by side.", "", "| method | runs | trials | first quarter | last quarter |",
             "| --- | --- | --- | --- | --- |"]
    for name, runs in methods.items():
        for trials in sorted({run["trials"] for run in runs.values() if ":" not in run["problem"]}):
            of = [run["ms"] for run in runs.values() if run["trials"] == trials and ":" not in run["problem"]]
            first, last = np.median([ms[0] for ms in of]), np.median([ms[-1] for ms in of])
            lines.append(f"| {name} | {len(of)} | {trials} | {first:.3g} | {last:.3g} |")
    return lines + [""]


def speed_table():
    path = results.KEEP / "speed.json"
    if not path.exists():
        return []
    lines = ["### A suggestion beside Optuna's, in turns in one process (`bench/search/speed.py`)", "",
             "| sampler | finished trials | ms | Optuna ms | times faster |", "| --- | --- | --- | --- | --- |"]
    for row in json.loads(path.read_text()):
        lines.append(f"| {row['name']} | {row['trials']} | {row['ms']:.3g} | {row['optuna_ms']:.3g} "
                     f"({row['optuna']}) | {row['ratio']:.3g} |")
    return lines + [""]


def real_models(methods):
    """Bayesmark score: 100 is the best that any run found, 0 as far from it as random search is after the first round of 8 or further.

    The folds are the seed's and shift all its losses, so the best is taken seed by seed, and the distance is the median over seeds.
    """
    def suite(run):
        return run["problem"].startswith("bayesmark:")
    pool = {}
    for runs in methods.values():
        for key, run in runs.items():
            if suite(run):
                pool.setdefault(key, []).append(min(score for _, score in run["curve"]))
    best = {key: min(found) for key, found in pool.items()}
    distances = {}
    for key, run in methods.get("random", {}).items():
        if suite(run) and results.at(run, 8) is not None:
            distances.setdefault(key[0], []).append(results.at(run, 8) - best[key])
    distance = {problem: np.median(found) for problem, found in distances.items()}
    rounds = (2, 4, 8, 16)
    present = {name: runs for name, runs in methods.items() if any(suite(run) for run in runs.values())}
    heads = [f"{' | '.join(f'{r} rounds' for r in rounds)} |", "| --- |" + " --- |" * len(rounds)]
    lines = ["### Real models (Bayesmark protocol: rounds of 8)", "",
             "Mean score over models and data sets; 100: the best of all runs, 0: as far from it as random search is after one round, or "
             "further: on the easiest problems that distance is a millionth, and one bad run would be worth more than all others. In "
             "brackets what `automl` has on the same runs, and their number.", "", f"| method | {heads[0]}", heads[1]]
    duels = ["By how much `automl` is ahead on the same runs, with the interval, and in how many % of them it does better.", "",
             f"| against | {heads[0]}", heads[1]]

    def scores(runs, keys, trials):
        return np.array([max(100 - 100 * (results.at(runs[key], trials) - best[key]) / distance[key[0]], 0) for key in keys])

    ours, rng = present.get("automl", {}), np.random.default_rng(0)
    for name, runs in present.items():
        row, duel = [], []
        for trials in (8 * r for r in rounds):
            keys = [key for key in cells({name: runs, "automl": ours or runs}, trials, suite)[0] if distance.get(key[0], 0) > 0]
            if not keys:
                row.append("–")
                duel.append("–")
                continue
            groups, own = np.array([key[0] for key in keys]), scores(runs, keys, trials)
            other = scores(ours or runs, keys, trials)
            same = "" if name == "automl" else f"{group_mean(other, groups):.1f}; "
            row.append(f"{group_mean(own, groups):.1f} ({same}{len(keys)})")
            low, high = interval(other - own, groups, rng)
            duel.append(f"{group_mean(other - own, groups):.1f} ({low:.1f} to {high:.1f}), "
                        f"{group_mean(50 + 50 * np.sign(other - own), groups):.0f} %")
        lines.append(f"| {name} | {' | '.join(row)} |")
        if ours and name != "automl":
            duels.append(f"| {name} | {' | '.join(duel)} |")
    return [*lines, "", *duels, ""] if present else []


def long_runs(methods):
    """Regret of our `gp` and of Optuna's beyond the budgets of the other tables."""
    budgets, rng = (100, 200, 300, 500), np.random.default_rng(0)
    ours, theirs = ({key: run for key, run in methods.get(name, {}).items() if key[0].startswith(long.PREFIX)}
                    for name in ("automl-gp", "optuna-gp"))
    keys = sorted(key for key in ours.keys() & theirs.keys()
                  if min(ours[key]["trials"], theirs[key]["trials"]) >= budgets[-1])
    if not keys:
        return []
    groups = np.array([key[0].removeprefix(long.PREFIX) for key in keys])
    lines = ["### Long runs: `gp` beside Optuna's GP", "",
             "Regret, geometric mean over seeds, of `automl-gp` / of Optuna's GP, and in how many % of the runs `automl-gp` has less.", "",
             f"| function | {' | '.join(f'{b} trials' for b in budgets)} | seeds |", "| --- |" + " --- |" * (len(budgets) + 1)]
    regrets = {b: np.array([[results.at(ours[key], b), results.at(theirs[key], b)] for key in keys]) for b in budgets}

    def less(budget):
        return 50 + 50 * np.sign(regrets[budget][:, 1] - regrets[budget][:, 0])

    for group in np.unique(groups):
        row = []
        for budget in budgets:
            mean = np.exp(np.log(np.maximum(regrets[budget][groups == group], 1e-12)).mean(axis=0))
            row.append(f"{mean[0]:.3g} / {mean[1]:.3g}, {less(budget)[groups == group].mean():.0f} %")
        lines.append(f"| {group} | {' | '.join(row)} | {np.sum(groups == group)} |")
    together = []
    for budget in budgets:
        low, high = interval(less(budget), groups, rng)
        together.append(f"{group_mean(less(budget), groups):.0f} % ({low:.0f}–{high:.0f})")
    return lines + [f"| *all* | {' | '.join(together)} | {len(keys)} runs |", ""]


def many_workers(methods):
    """Regret of 64 workers beside that of one on the same functions and seeds, in units of random search's after as many trials."""
    budgets, longest, prefix, rng = (100, 200, 256, 320, 400, 640), 200, workers.PREFIX, np.random.default_rng(1)

    def score(name, key, budget):
        return results.at(methods[name][key], budget) if key in methods[name] else None

    def pairs(name, budget):
        """One array a function, seeds × (one worker, many workers, random search); None where one has not been run with all three."""
        found = {}
        for parallel, seed in methods[name]:
            alone = parallel.removeprefix(prefix)
            if parallel != alone:
                scores = [score(name, (alone, seed), budget), score(name, (parallel, seed), budget),
                          score("random", (alone, seed), min(budget, longest))]
                if None not in scores:
                    found.setdefault(alone, []).append(scores)
        return [np.array(scores) for scores in found.values()] if len(found) == len(workers.names()) else None

    def regrets(runs):
        """Mean regret of (one worker, many workers)."""
        one, many, unit = np.array([scores.mean(axis=0) for scores in runs]).T
        return np.mean(one / unit), np.mean(many / unit)

    def column(name, budget):
        runs = pairs(name, budget)
        if not runs:
            return ("–",) * 3
        one, many = regrets(runs)
        anew = [regrets([scores[rng.integers(len(scores), size=len(scores))] for scores in runs]) for _ in range(1000)]
        low, high = np.percentile([many / one for one, many in anew], [2.5, 97.5])
        return f"{one:.3f} ({sum(map(len, runs)) // len(runs)})", f"{many:.3f}", f"{many / one:.2f} ({low:.2f}–{high:.2f})"

    present = [name for name, runs in methods.items() if any(key[0].startswith(prefix) for key in runs)]
    if not present or "random" not in methods:
        return []
    lines = [f"### {workers.WORKERS} workers", "",
             f"Test functions, mean regret in units of random search's after as many trials (at most {longest}): one trial at a time, in brackets "
             "the seeds, beside so many under way at any time; the quotient with its interval, seeds drawn anew 1,000 times.", "",
             f"| method | workers | {' | '.join(f'{b} trials' for b in budgets)} |", "| --- |" + " --- |" * (1 + len(budgets))]
    for name in present:
        for what, row in zip(("1", workers.WORKERS, f"{workers.WORKERS}, times 1"), zip(*(column(name, budget) for budget in budgets))):
            lines.append(f"| {name} | {what} | {' | '.join(row)} |")
    return lines + [""]


def curves(methods, suite, title, path):
    """Mean rank at every trial up to the longest common one, as a plot; False when there is nothing to show."""
    methods = taking_part(methods, BUDGETS[0], suite)
    lines = {name: [] for name in methods}
    for trial in (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 100, 125, 150, 175, 200):
        keys, table = cells(methods, trial, suite)
        if keys and len(taking_part(methods, trial, suite)) == len(methods):
            groups = np.array([key[0] for key in keys])
            for name, row in zip(methods, ranks(table)):
                lines[name].append((trial, group_mean(row, groups)))
    if not any(lines.values()):
        return False
    path.write_text(chart.line_chart(title, "trials", "mean rank (lower is better)", lines))
    return True


def sections(loaded, folder):
    chosen = results.kept.newest(loaded, OURS)
    methods = {name: runs for name, (_, runs) in sorted(chosen.items())}
    lines = ["Versions: " + ", ".join(f"{name} {label.split('@')[1]} ({len(runs)} runs)"
                                      for name, (label, runs) in sorted(chosen.items())) + ".", ""]
    suites = {"all": ("The whole suite: mean rank", lambda run: not run["problem"].startswith(("bayesmark:", *(s.PREFIX for s in APART.values())))),
              "functions": ("Test functions: mean rank", lambda run: ":" not in run["problem"]),
              "recorded": ("Recorded training runs: mean rank", lambda run: run["problem"].startswith("recorded:")),
              "further": ("Further problems: mean rank", lambda run: run["problem"].startswith(further.PREFIX)),
              "outcomes": ("Several objectives and constraints: mean rank", lambda run: run["problem"].startswith(outcomes.PREFIX))}
    for key, (title, suite) in suites.items():
        present = {name: runs for name, runs in methods.items() if any(suite(run) for run in runs.values())}
        if len(present) < 2:
            continue
        table, _ = rank_table(present, suite, title)
        lines += table
        if "automl" in present:
            lines += duel_table(present, suite, title.split(":")[0])
        if key == "all":
            continue
        if curves(present, suite, title, folder / f"search-{key}.svg"):
            lines += [f"![{title}](search-{key}.svg)", ""]
        for budget in (50, 100, 200):
            if len(taking_part(present, budget, suite)) > 1:
                lines += class_table(present, suite, budget)
    return lines + real_models(methods) + long_runs(methods) + many_workers(methods) + time_table(methods) + speed_table()


def write(loaded, out, folder):
    """Puts the tables between the marks of `out` (appended where there are none), plots into `folder`."""
    section.replace(out, "search", "bench/search/report.py", sections(loaded, folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    docs = HERE.parents[1] / "docs"
    parser.add_argument("--work", help="also the runs of this working folder")
    parser.add_argument("--out", type=pathlib.Path, default=docs / "benchmarks.md")
    options = parser.parse_args()
    write(results.kept.load(options.work), options.out, options.out.parent)


if __name__ == "__main__":
    main()
