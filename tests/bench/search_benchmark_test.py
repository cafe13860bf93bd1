# SPDX-License-Identifier: Apache-2.0
"""The search benchmark itself: its problems, its kept results and its ranks."""
import math
import pathlib
import re
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "search"))

import report  # noqa: E402
import run  # noqa: E402
from suite import catalogue, functions, outcomes, problem, results, workers  # noqa: E402
from suite.methods import METHODS  # noqa: E402
from suite.plan import PLAN, Part  # noqa: E402


def draw(space, rng):
    chosen = {}
    for name, entry in space.items():
        if problem.active(space, name, chosen):
            if "choice" in entry:
                chosen[name] = entry["choice"][rng.integers(len(entry["choice"]))]
            elif "bool" in entry:
                chosen[name] = bool(rng.integers(2))
            else:
                low, high = entry.get("float") or entry["int"]
                x = math.exp(rng.uniform(math.log(low), math.log(high))) if entry.get("log") else rng.uniform(low, high)
                chosen[name] = min(max(x, low), high) if "float" in entry else int(round(x))
    return chosen


def made_up(name, seed, curve, trials=50):
    return {"problem": name, "kind": "smooth", "seed": seed, "trials": trials, "curve": curve, "ms": [1, 1, 1, 1]}


class Problems(unittest.TestCase):
    def test_each_is_the_same_for_a_seed_and_another_for_the_next(self):
        self.assertGreaterEqual(len(catalogue.functions()), 24)
        for name in catalogue.functions():
            scores = []
            for seed in (0, 0, 1):
                one = catalogue.make(name, seed)
                at = [draw(one.space, np.random.default_rng(7)) for _ in range(1)][0]
                scores.append((one.score(at), one.observe(at, 3)))
            self.assertEqual(scores[0], scores[1], name)
            self.assertNotEqual(scores[0], scores[2], name)

    def test_regret_is_never_negative(self):
        for name in catalogue.functions():
            for seed in range(2):
                one, rng = catalogue.make(name, seed), np.random.default_rng(seed)
                self.assertGreaterEqual(min(one.score(draw(one.space, rng)) for _ in range(50)), -1e-6, name)

    def test_the_optimum_of_the_formulas_is_nought(self):
        for f in (functions.ackley, functions.levy, functions.rastrigin, functions.rosenbrock, functions.griewank,
                  functions.powers, functions.plateaus, functions.sharp_ridge, functions.styblinski,
                  functions.ellipsoid(100)):
            self.assertAlmostEqual(f(np.zeros(4)), 0, places=6)
            self.assertGreater(f(np.full(4, 0.3)), 0)

    def test_conditions(self):
        space = {"a": {"int": [1, 5]}, "b": {"float": [0, 1], "when": {"a": ">= 3"}},
                 "c": {"bool": None, "when": {"b": "< 0.5", "a": [3, 4]}}}
        self.assertEqual(problem.restrict(space, {"a": 2, "b": 0.1, "c": True}), {"a": 2})
        self.assertEqual(problem.restrict(space, {"a": 3, "b": 0.1, "c": True}), {"a": 3, "b": 0.1, "c": True})
        self.assertEqual(problem.restrict(space, {"a": 5, "b": 0.1, "c": True}), {"a": 5, "b": 0.1})


# The best known places.
CONSTRAINED = {
    outcomes.spring: ((0.051690, 0.356750, 11.287126), 0.012665), outcomes.vessel: ((13, 7, 42.098445, 176.636596), 6059.714),
    outcomes.beam: ((0.205730, 3.470489, 9.036624, 0.205730), 1.72485), outcomes.gramacy: ((0.19542, 0.40438), 0.5998),
    outcomes.reducer: ((3.5, 0.7, 17, 7.3, 7.715320, 3.350215, 5.286655), 2994.471),
    outcomes.g04: ((78, 33, 29.995256, 45, 36.775813), -30665.539), outcomes.g06: ((14.095, 0.842961), -6961.81),
    outcomes.g08: ((1.2279713, 4.2453733), -0.095825),
    outcomes.g09: ((2.330499, 1.951372, -0.4775414, 4.365726, -0.624487, 1.038131, 1.594227), 680.63)}


class SeveralOutcomes(unittest.TestCase):
    def test_formulas_have_their_best_known_values(self):
        for outcome, (place, best) in CONSTRAINED.items():
            values, excesses = outcome(place)
            self.assertLess(abs(values[0] - best), 1e-4 * abs(best), outcome.__name__)
            self.assertLess(max(excesses), 2e-3 * max(1, abs(best)), outcome.__name__)

    def test_fronts_lie_where_the_papers_say(self):
        half = [0.3, 0.6, 0.5, 0.5, 0.5, 0.5]
        self.assertAlmostEqual(math.hypot(*outcomes.spherical(3)(half)[0]), 1)
        self.assertAlmostEqual(math.hypot(*outcomes.spherical(4)(half)[0]), 1)
        self.assertAlmostEqual(math.hypot(*outcomes.curve(half)[0]), 1)
        self.assertAlmostEqual(sum(outcomes.plane(half)[0]), 0.5)
        self.assertAlmostEqual(outcomes.zdt(1)([0.25, 0, 0])[0][1], 0.5)
        self.assertAlmostEqual(outcomes.zdt(2)([0.5, 0, 0])[0][1], 0.75)
        self.assertAlmostEqual(outcomes.parts([0, 0, 0, 0])[0][2], 6)

    def test_volumes_by_hand(self):
        self.assertEqual(outcomes.volume([], (1, 1)), 0)
        self.assertEqual(outcomes.volume([(1, 2), (2, 1), (2, 2), (3, 0)], (3, 3)), 3)
        self.assertEqual(outcomes.volume([(1, 1, 1), (0, 2, 2)], (3, 3, 3)), 8 + 3 - 2)

    def test_a_seed_changes_what_is_told_and_not_what_counts(self):
        for name in outcomes.names():
            told, least = [], math.inf
            for seed in (0, 0, 1):
                one, rng = run.make(name, seed, None), np.random.default_rng(5)
                look, scores = one.watch(), []
                for trial in range(40):
                    at = draw(one.space, rng)
                    outcome = one.observe(at, trial)
                    self.assertEqual((len(outcome.values), len(outcome.excesses)), (one.objectives, one.constraints), name)
                    scores.append(look(at, outcome))
                told.append(outcome)
                better = [score for score in scores if score is not None]
                self.assertIsNotNone(scores[0], name)  # there is a score from the first trial on
                self.assertEqual(better, sorted(set(better), reverse=True), name)
                least = min(least, better[-1])
            self.assertEqual(told[0], told[1], name)
            self.assertNotEqual(told[0], told[2], name)
            self.assertGreater(least, 0, name)

    def test_only_what_meets_the_constraints_counts(self):
        one = run.make("outcomes:gramacy2", 0, None)
        one.score = lambda c: outcomes.Told([c["value"]], [c["excess"]])
        look = one.watch()
        found = [look({"value": value, "excess": excess}, None) for value, excess in ((0, 1), (2, 0), (1, 1), (1, -1), (3, -1))]
        self.assertEqual(found, [outcomes.NOTHING, 2 - one.reference[0], None, 1 - one.reference[0], None])


class Runs(unittest.TestCase):
    def test_the_score_is_of_the_configuration_that_looked_best(self):
        class Scripted:
            def start(self, space, seed, trials, batch):
                self.left = [3, 1, 2, 0]

            def ask(self, n):
                return [(None, {"x": self.left.pop(0)}) for _ in range(n)]

            def tell(self, token, value):
                pass
        one = problem.Problem("p", "smooth", {}, lambda c, trial: {3: 9, 1: 5, 2: 4, 0: 7}[c["x"]], lambda c: c["x"], 2)
        self.assertEqual(run.run_one(Scripted(), one, 0, 4)["curve"], [[1, 3], [2, 1], [3, 2]])

    def test_half_a_line_is_forgotten_and_longer_runs_win(self):
        with tempfile.TemporaryDirectory() as folder:
            results.kept.append(folder, "m@1", "0-of-2", made_up("p", 0, [[1, 5]], 25))
            results.kept.append(folder, "m@1", "1-of-2", made_up("p", 0, [[1, 4]], 50))
            path = pathlib.Path(folder) / "m@1+0-of-2.jsonl"
            path.write_text(path.read_text() + '{"problem": "q", "se')
            self.assertEqual(results.kept.load(folder)["m@1"], {("p", 0): made_up("p", 0, [[1, 4]], 50)})
            results.kept.append(folder, "m@1", "0-of-2", made_up("r", 1, [[1, 2]]))
            self.assertEqual(len(results.kept.load(folder)["m@1"]), 2)

    def test_value_at_a_budget(self):
        one = made_up("p", 0, [[1, 5], [30, 2]], 50)
        self.assertEqual([results.at(one, t) for t in (25, 30, 50, 100)], [5, 2, 2, None])

    def test_shards_share_all_jobs(self):
        for chosen in ([], ["--suite", "functions,workers", "--seeds", "3"]):
            whole, *parts = (run.jobs(run.parse([*chosen, "--shard", s]), "automl") for s in ("0/1", "0/3", "1/3", "2/3"))
            self.assertEqual(sorted(whole), sorted(sum(parts, [])))

    def test_the_table_has_enough_seeds_of_every_method_and_no_run_twice(self):
        self.assertEqual(set(PLAN), set(METHODS))
        for method, parts in PLAN.items():
            jobs = [job[:2] for job in run.jobs_of([part for part in parts if part.suite != "recorded"], None)]
            self.assertEqual(len(jobs), len(set(jobs)), method)
            for name in [n for suite in {part.suite for part in parts} & {"functions", "bayesmark"} for n in run.names(suite, None)]:
                slow = method == "hebo" or (method == "optuna-gp" and "mlp" in name)
                self.assertGreaterEqual(sum(problem == name for problem, _ in jobs), 8 if slow else 20, (method, name))

    def test_a_part_leaves_out_what_it_names_and_may_have_some_alone(self):
        jobs = run.jobs_of([Part("bayesmark", 32, range(2), without=("digits", "mlp")), Part("bayesmark", 128, range(1)),
                            Part("bayesmark", 16, range(3), only=("digits",))], None)
        self.assertEqual(len(jobs), 2 * 5 * 4 + 6 * 5 + 3 * 6)
        self.assertFalse([name for name, _, trials in jobs if trials == 32 and ("digits" in name or "mlp" in name)])
        self.assertEqual({name.split(":")[2] for name, _, trials in jobs if trials == 16}, {"digits"})
        self.assertEqual([seed for _, seed, _ in jobs], sorted(seed for _, seed, _ in jobs))

    def test_a_long_run_is_of_the_same_function(self):
        one, other = run.make("long:levy8", 3, None), run.make("levy8", 3, None)
        at = draw(one.space, np.random.default_rng(1))
        self.assertEqual((one.name, one.score(at)), ("long:levy8", other.score(at)))


class Report(unittest.TestCase):
    def test_ranks_share_ties(self):
        table = np.array([[1.0, 2, 5], [1, 1, 6], [3, 3, 7]])
        self.assertEqual(report.ranks(table).tolist(), [[1.5, 2, 1], [1.5, 1, 2], [3, 3, 3]])

    def test_the_better_method_has_the_lower_rank_and_marks_are_replaced(self):
        loaded = {"good@1": {}, "bad@2": {}}
        for seed in range(4):
            loaded["good@1"][("p", seed)] = made_up("p", seed, [[1, 1.0]])
            loaded["bad@2"][("p", seed)] = made_up("p", seed, [[1, 2.0]])
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "benchmarks.md"
            for _ in range(2):
                report.write(loaded, out, out.parent)
            text = out.read_text()
            self.assertEqual(text.count("<!-- search: written by"), 1)
            self.assertIn("| good | **1.00 (1.00–1.00)** | **1.00 (1.00–1.00)** | – | – |", text)
            self.assertIn("| bad | 2.00 (2.00–2.00) |", text)
            self.assertIn("<svg", (out.parent / "search-functions.svg").read_text())

    def test_real_models_are_scored_seed_by_seed_and_not_below_nought(self):
        def runs(*losses):
            return {("bayesmark:svm:wine", seed): made_up("bayesmark:svm:wine", seed, [[1, loss + 2], [8, loss + 1], [100, loss]], 128)
                    for seed, loss in enumerate(losses)}
        # Random search is at 4 and 24 after a round and at 3 and 23 in the end, the best are 1 and 20: distances 3 and 4, median 3.5.
        text = "\n".join(report.real_models({"automl": runs(1, 20), "bad": runs(100, 200), "random": runs(3, 23)}))
        self.assertIn("| automl | 71.4 (2) | 71.4 (2) | 71.4 (2) | 100.0 (2) |", text)
        self.assertIn("| bad | 0.0 (71.4; 2) | 0.0 (71.4; 2) | 0.0 (71.4; 2) | 0.0 (100.0; 2) |", text)
        self.assertIn("| random | 7.1 (71.4; 2) | 7.1 (71.4; 2) | 7.1 (71.4; 2) | 28.6 (100.0; 2) |", text)

    def test_many_workers_are_compared_function_by_function(self):
        one, many = {}, {}
        for name in workers.names():
            alone = name.removeprefix(workers.PREFIX)
            for seed in range(2):
                one[alone, seed] = made_up(alone, seed, [[1, 4.0]], 200)
                many[alone, seed] = made_up(alone, seed, [[1, 2.0], [150, 1.0]], 200)
                many[name, seed] = made_up(name, seed, [[1, 3.0], [150, 2.0 + seed]], 200)
        text = "\n".join(report.many_workers({"automl": many, "random": one}))
        self.assertIn("| automl | 1 | 0.500 (2) | 0.250 (2) | – | – | – | – |", text)
        self.assertIn("| automl | 64 | 0.750 | 0.625 | – | – | – | – |", text)
        found = re.search(r"64, times 1 \| 1.50 \(1.50–1.50\) \| 2.50 \((.*)–(.*)\) \|", text)
        low, high = map(float, found.groups())  # means of 62 draws from {2, 3}: 2.5 -+ 0.125
        self.assertTrue(2.3 < low < 2.45 < 2.55 < high < 2.7, found.group())

    def test_long_runs_count_where_both_have_them(self):
        def runs(*ends):
            return {("long:levy8", seed): made_up("long:levy8", seed, [[1, 8.0], [150, end]], 500) for seed, end in enumerate(ends)}
        text = "\n".join(report.long_runs({"automl-gp": runs(1.0, 4.0, 0.5), "optuna-gp": runs(2.0, 2.0)}))
        self.assertIn("| levy8 | 8 / 8, 50 % | 2 / 2, 50 % | 2 / 2, 50 % | 2 / 2, 50 % | 2 |", text)


if __name__ == "__main__":
    unittest.main()
