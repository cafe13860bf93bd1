# SPDX-License-Identifier: Apache-2.0
"""automl.optuna.AutoSampler in a really installed Optuna. Needs PYTHONPATH=build/release/python."""
import math
import pickle
import threading
import unittest

import optuna

from automl.optuna import AutoSampler

optuna.logging.set_verbosity(optuna.logging.WARNING)


def mixed(trial):
    lr = trial.suggest_float("lr", 1e-5, 1, log=True)
    depth = trial.suggest_int("depth", 2, 10, step=2)
    width = trial.suggest_int("width", 8, 512, log=True)
    rate = trial.suggest_float("rate", 0, 0.5, step=0.1)
    kind = trial.suggest_categorical("kind", ["a", None, 3, True])
    assert 1e-5 <= lr <= 1 and depth in range(2, 11, 2) and 8 <= width <= 512
    assert isinstance(depth, int) and isinstance(width, int) and abs(rate * 10 - round(rate * 10)) < 1e-9
    return (math.log10(lr) + 3) ** 2 + depth / 10 + abs(math.log2(width) - 5) + rate + (kind is not None)


def branches(trial):
    if trial.suggest_categorical("model", ["svm", "forest"]) == "svm":
        return abs(trial.suggest_float("c", 1e-3, 1e3, log=True) - 1)
    return 0.5 + abs(trial.suggest_int("trees", 1, 100) - 30) / 100


class AutoSamplerTest(unittest.TestCase):
    def study(self, objective, trials, direction="minimize", n_jobs=1, **options):
        options.setdefault("seed", 1)
        study = optuna.create_study(sampler=AutoSampler(**options), direction=direction)
        study.optimize(objective, n_trials=trials, n_jobs=n_jobs)
        return study

    def test_all_distributions_with_every_algorithm(self):
        for algorithm in ("auto", "random", "sobol", "tpe", "gp"):
            study = self.study(mixed, 20, algorithm=algorithm)
            self.assertEqual(len(study.get_trials(states=[optuna.trial.TrialState.COMPLETE])), 20)
            self.assertIn("automl:reason", study.trials[-1].system_attrs)

    def test_beats_random(self):
        ours = sum(self.study(mixed, 50, seed=s).best_value for s in range(4))
        random = 0
        for s in range(4):
            study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=s))
            study.optimize(mixed, n_trials=50)
            random += study.best_value
        self.assertLess(ours, random)

    def test_same_seed_same_trials(self):
        first, second = ([t.params for t in self.study(branches, 25).trials] for _ in range(2))
        self.assertEqual(first, second)

    def test_branches_are_learned_and_maximise_works(self):
        self.assertLess(self.study(branches, 60).best_value, 0.25)
        study = self.study(lambda t: -branches(t), 60, direction="maximize")
        self.assertGreater(study.best_value, -0.25)

    def test_failed_and_pruned_trials(self):
        def objective(trial):
            x = trial.suggest_float("x", 0, 1)
            if trial.number % 3 == 0:
                raise RuntimeError("fails")
            trial.report(x, 1)
            if trial.number % 3 == 1:
                raise optuna.TrialPruned()
            return x
        study = optuna.create_study(sampler=AutoSampler(seed=1))
        study.optimize(objective, n_trials=30, catch=(RuntimeError,))
        self.assertEqual(len(study.trials), 30)
        self.assertLess(study.best_value, 0.2)

    def test_parallel_jobs_do_not_repeat_each_other(self):
        barrier = threading.Barrier(4, timeout=30)  # so that four ask at the same moment

        def objective(trial):
            k = trial.suggest_int("k", 1, 1000)
            barrier.wait()
            return (k - 500) ** 2
        for seed in range(5):
            study = self.study(objective, 40, seed=seed, n_jobs=4, algorithm="gp")
            self.assertEqual(len(study.trials), 40)
            later = [t.params["k"] for t in study.trials[8:]]
            self.assertEqual(len(set(later)), len(later))

    def test_a_space_may_change_between_trials(self):
        def objective(trial):
            high = 10 if trial.number < 10 else 5
            extra = trial.suggest_float("late", 0, 1) if trial.number > 15 else 0
            return trial.suggest_float("x", 0, high) + extra
        study = self.study(objective, 30)
        self.assertTrue(all(t.params["x"] <= 5 for t in study.trials[10:]))

    def test_enqueued_trials_and_ask_and_tell(self):
        study = optuna.create_study(sampler=AutoSampler(seed=1))
        study.enqueue_trial({"x": 0.25})
        for _ in range(12):
            trial = study.ask({"x": optuna.distributions.FloatDistribution(0, 1)})
            study.tell(trial, trial.params["x"])
        self.assertEqual(study.trials[0].params["x"], 0.25)

    def test_pickles_and_refuses(self):
        sampler = pickle.loads(pickle.dumps(AutoSampler(seed=3)))
        optuna.create_study(sampler=sampler).optimize(branches, n_trials=3)
        with self.assertRaisesRegex(ValueError, "there is no algorithm"):
            AutoSampler("best")
        study = optuna.create_study(directions=["minimize", "minimize"], sampler=AutoSampler())
        with self.assertRaisesRegex(ValueError, "one objective"):
            study.optimize(lambda t: (t.suggest_float("x", 0, 1), 1), n_trials=1)


if __name__ == "__main__":
    unittest.main()
