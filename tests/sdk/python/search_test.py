# SPDX-License-Identifier: Apache-2.0
"""automl.search: the compiled module as programs use it. Needs PYTHONPATH=build/release/python."""
import math
import subprocess
import sys
import threading
import unittest

from automl.search import Optimizer, Space, algorithms

MIXED = {
    "lr": {"float": [1e-5, 1], "log": True, "default": 0.1},
    "depth": {"int": [2, 10], "step": 2},
    "optimizer": {"choice": ["sgd", "adam", "rmsprop"]},
    "momentum": {"type": "float", "low": 0, "high": 0.99, "when": {"optimizer": ["sgd", "rmsprop"]}},
    "width": {"ordinal": [32, 64, 128]},
    "dropout": {"float": [0, 0.5], "when": {"depth": "> 4"}},
    "bias": {"bool": True},
    "epochs": {"fixed": 30},
}
FORBID = ["depth == 10 and width > 64", "optimizer in [adam, rmsprop] and lr > 0.5"]


def loss(c):
    return (math.log10(c["lr"]) + 2) ** 2 + c["depth"] / 10 + (c["optimizer"] != "adam") + c.get("momentum", 0)


def run(optimizer, count, n=1):
    told = []
    for _ in range(count):
        for suggestion in optimizer.ask(n):
            optimizer.tell(suggestion, loss(suggestion))
            told.append(dict(suggestion))
    return told


class OptimizerTest(unittest.TestCase):
    def check(self, c):
        self.assertTrue(1e-5 <= c["lr"] <= 1)
        self.assertIn(c["depth"], (2, 4, 6, 8, 10))
        self.assertIsInstance(c["depth"], int)
        self.assertEqual("momentum" in c, c["optimizer"] != "adam")
        self.assertEqual("dropout" in c, c["depth"] > 4)
        self.assertIn(c["width"], (32, 64, 128))
        self.assertIsInstance(c["bias"], bool)
        self.assertEqual(c["epochs"], 30)
        self.assertFalse(c["depth"] == 10 and c["width"] > 64)
        self.assertFalse(c["optimizer"] != "sgd" and c["lr"] > 0.5)

    def test_every_algorithm_stays_in_a_mixed_conditional_space(self):
        for algorithm in algorithms():
            optimizer = Optimizer(MIXED, algorithm=algorithm, seed=3, forbid=FORBID)
            for c in run(optimizer, 8, n=2):
                self.check(c)
            self.assertEqual(optimizer.algorithm, algorithm)
            self.assertEqual(optimizer.pending, {})

    def test_same_seed_and_tells_give_the_same_suggestions(self):
        for algorithm in ("random", "tpe", "gp"):
            first, second = (run(Optimizer(MIXED, algorithm=algorithm, seed=5), 15) for _ in range(2))
            self.assertEqual(first, second)
            self.assertNotEqual(first, run(Optimizer(MIXED, algorithm=algorithm, seed=6), 15))

    def test_learns_better_than_random(self):
        best = {a: sum(min(map(loss, run(Optimizer(MIXED, algorithm=a, seed=s), 40))) for s in range(5))
                for a in ("random", "tpe")}
        self.assertLess(best["tpe"], best["random"])

    def test_maximise_mirrors_minimise(self):
        down = Optimizer({"x": {"float": [0, 1]}}, seed=1, algorithm="tpe")
        up = Optimizer({"x": {"float": [0, 1]}}, goal="maximize", seed=1, algorithm="tpe")
        for _ in range(20):
            [a], [b] = down.ask(), up.ask()
            self.assertEqual(a, b)
            down.tell(a, a["x"])
            up.tell(b, -b["x"])
        self.assertEqual(down.best.configuration, up.best.configuration)
        self.assertEqual(down.best.value, -up.best.value)

    def test_predictions_count_as_the_user_does(self):
        for goal, sign in (("minimize", 1), ("maximize", -1)):
            optimizer = Optimizer({"x": {"float": [0, 1]}}, goal, "gp", seed=1)
            for i in range(12):
                optimizer.tell({"x": i / 11}, sign * (10 + i / 11))
            predicted = float(optimizer.ask()[0].reason.split("predicted ")[1].split()[0])
            self.assertAlmostEqual(predicted, sign * 10, delta=0.5)

    def test_batches_are_distinct_and_pending_until_told(self):
        optimizer = Optimizer({"k": {"int": [1, 50]}}, algorithm="gp", seed=2)
        batch = optimizer.ask(10) + optimizer.ask(10)
        self.assertEqual(len({s["k"] for s in batch}), 20)
        self.assertEqual([s.trial for s in batch], list(range(20)))
        self.assertTrue(all(s.reason for s in batch))
        self.assertEqual(len(optimizer.pending), 20)
        optimizer.tell(batch[0].trial, 1.0)
        optimizer.tell(dict(batch[1]), 0.5)   # known again by its values
        self.assertEqual(len(optimizer.pending), 18)
        self.assertEqual(optimizer.best.trial, batch[1].trial)

    def test_failed_and_not_finite_values_are_failures(self):
        optimizer = Optimizer({"x": {"float": [0, 1]}}, seed=1)
        for value in (None, math.nan, math.inf, -math.inf) * 4:
            optimizer.tell(optimizer.ask()[0], value)
        self.assertIsNone(optimizer.best)
        optimizer.tell(optimizer.ask()[0], 3.0, pruned=True)
        self.assertIsNone(optimizer.best)
        self.assertEqual(len(optimizer.ask(3)), 3)

    def test_own_configurations_may_be_told(self):
        optimizer = Optimizer(MIXED, forbid=FORBID)
        number = optimizer.tell({"lr": 0.2, "optimizer": "sgd", "momentum": 0.5}, 0.25)
        best = optimizer.best
        self.assertEqual((number, best.value, best.configuration["depth"]), (0, 0.25, 6))
        for wrong in ({"lr": 2.0}, {"depth": 3}, {"optimizer": "adam", "momentum": 0.5}, {"nothing": 1},
                      {"optimizer": "lion"}, {"depth": 10, "width": 128}):
            with self.assertRaises(ValueError, msg=str(wrong)):
                optimizer.tell(wrong, 1.0)
        with self.assertRaises(KeyError):
            optimizer.tell(number, 1.0)

    def test_a_grid_ends(self):
        optimizer = Optimizer({"a": {"int": [1, 3]}, "b": {"bool": None}}, algorithm="grid")
        self.assertEqual(len(optimizer.ask(4)) + len(optimizer.ask(4)), 6)
        self.assertEqual(optimizer.ask(), [])

    def test_what_is_wrong_is_said(self):
        for space, word in (({}, "mapping"), ({"x": 3}, "mapping"), ({"x": {"float": [1]}}, "low, high"),
                            ({"x": {"float": [0, 1], "log": True}}, "logarithmic"),
                            ({"x": {"int": [0, 1], "setp": 2}}, "setp"), ({"x": {"choice": ["a", "a"]}}, "twice"),
                            ({"x": {"bool": None, "when": {"y": 1}}}, "no parameter"),
                            ({"x": {"float": [0, 1], "int": [0, 1]}}, "exactly one")):
            with self.assertRaisesRegex((ValueError, TypeError), word):
                Optimizer(space)
        with self.assertRaisesRegex(ValueError, "there are random"):
            Optimizer(MIXED, algorithm="best")
        with self.assertRaisesRegex(ValueError, "no option"):
            Optimizer(MIXED, algorithm="tpe", speed=3)
        for clause in ("depth >", "depth > 4 and", "depth in [4", "depth ! 4", "nothing == 1"):
            with self.assertRaises(ValueError, msg=clause):
                Space(MIXED, [clause])

    def test_earlier_searches_come_first_where_they_fit(self):
        earlier = [({"x": 0.75, "gone": 1}, 3), ({"x": 0.25}, 7), ({"x": 4}, 99), ({"x": "no"}, 99), ({"x": 0.5}, None)]
        optimizer = Optimizer({"x": {"float": [0, 1]}, "new": {"int": [1, 9]}}, "maximize", seed=1, inherit=[earlier])
        first, second = optimizer.ask(2)
        self.assertEqual((dict(first), dict(second)), ({"x": 0.25, "new": 5}, {"x": 0.75, "new": 5}))
        self.assertIn("earlier", first.reason)
        with self.assertRaisesRegex(ValueError, "gp and tpe"):
            Optimizer(MIXED, algorithm="random", inherit=[earlier])
        several = Optimizer({"x": {"float": [0, 1]}}, ["maximize", "minimize"], constraints=1, inherit=[earlier])
        self.assertEqual([dict(one) for one in several.ask(2)], [{"x": 0.25}, {"x": 0.75}])
        for x in (0.1, 0.3, 0.5, 0.7, 0.9) * 2:
            several.tell({"x": x}, (x, x * x), constraints=[x - 0.8])
        self.assertIn("hypervolume", several.ask(1)[0].reason)

    def test_an_infeasible_trial_is_never_best(self):
        optimizer = Optimizer({"x": {"float": [0, 1]}}, goal="maximize", algorithm="random", constraints=1)
        optimizer.tell({"x": 0.9}, 0.9, constraints=[0.2])
        self.assertIsNone(optimizer.best)
        optimizer.tell({"x": 0.5}, 0.5, constraints=[-0.1])
        optimizer.tell({"x": 0.4}, 0.4, constraints=[-0.1])
        optimizer.tell({"x": 0.7}, 0.7, constraints=[math.nan])
        self.assertEqual(optimizer.best.value, 0.5)
        with self.assertRaisesRegex(ValueError, "expected 1 constraints, got 0"):
            optimizer.tell({"x": 0.3}, 0.3)
        optimizer.tell({"x": 0.3})  # a failure has none

    def test_constraints_are_learnt(self):
        optimizer = Optimizer({"x": {"float": [0, 1]}, "y": {"float": [0, 1]}}, algorithm="gp", constraints=1, seed=3)
        for _ in range(25):
            [one] = optimizer.ask()
            optimizer.tell(one, one["x"] + one["y"], constraints=[0.5 - one["x"]])
        self.assertLess(optimizer.best.value, 0.6)
        self.assertGreaterEqual(optimizer.best.configuration["x"], 0.5)

    def test_several_goals_have_a_front(self):
        optimizer = Optimizer({"x": {"float": [0, 1]}}, goal=["minimize", "maximize"], seed=1)
        self.assertEqual(optimizer.algorithm, "gp")
        self.assertIn("2 objectives", optimizer.choice)
        for x, values in ((0.1, (1, 1)), (0.2, (2, 3)), (0.3, (2, 2)), (0.4, (0, 0)), (0.5, (1, 1))):
            optimizer.tell({"x": x}, values)
        self.assertEqual(sorted(best.value for best in optimizer.front), [(0, 0), (1, 1), (2, 3)])
        self.assertIsNone(optimizer.best)
        self.assertEqual(len(optimizer.ask(2)), 2)
        with self.assertRaisesRegex(ValueError, "expected 2 values, got 1"):
            optimizer.tell({"x": 0.6}, 1.0)
        with self.assertRaisesRegex(ValueError, "cmaes takes fewer than 2 goals"):
            Optimizer({"x": {"float": [0, 1]}}, goal=["minimize", "minimize"], algorithm="cmaes")
        with self.assertRaises(ValueError):
            Optimizer({"x": {"float": [0, 1]}}, goal=[])

    def test_threads_may_share_one(self):
        optimizer = Optimizer(MIXED, seed=1, algorithm="tpe")
        threads = [threading.Thread(target=run, args=(optimizer, 10)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(optimizer.pending, {})
        self.assertEqual(optimizer.ask()[0].trial, 40)


class PackageTest(unittest.TestCase):
    def test_reporting_does_not_need_the_compiled_module(self):
        program = "import automl, sys; assert 'automl.search' not in sys.modules; automl.report(step=1, loss=2)"
        subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main()
