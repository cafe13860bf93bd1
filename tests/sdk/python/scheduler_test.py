# SPDX-License-Identifier: Apache-2.0
"""automl.search.Scheduler as programs use it. Needs PYTHONPATH=build/release/python."""
import math
import threading
import unittest

from automl.search import Optimizer, Scheduler, Space, schedulers

SPACE = {"lr": {"float": [1e-4, 1], "log": True}, "optimizer": {"choice": ["sgd", "adam"]},
         "momentum": {"float": [0, 0.99], "when": {"optimizer": "sgd"}}}


def trial(number):
    return {"lr": 10 ** -(1 + number % 3), "optimizer": "adam"}


class SchedulerTest(unittest.TestCase):
    def test_every_scheduler_decides(self):
        self.assertIn("asha", schedulers())
        for name, options in schedulers().items():
            scheduler = Scheduler(SPACE, scheduler=name, seed=1, **{key: value for key, (value, _) in options.items()})
            for number in range(4):
                scheduler.start(number, trial(number))
            for number in range(4):
                verdict = scheduler.report(number, 1, 1.0 + number)
                self.assertIn(verdict.action, ("proceed", "pause", "stop"))
                self.assertTrue(verdict.reason.startswith(name + ":"))

    def test_asha_stops_the_worse_and_maximise_mirrors_minimise(self):
        down = Scheduler(SPACE, scheduler="asha", max=9, reduction=2)
        up = Scheduler(SPACE, "maximize", "asha", max=9, reduction=2)
        actions = []
        for number, value in enumerate([0.5, 0.7, 0.3, 0.4]):
            for one, sign in ((down, 1), (up, -1)):
                one.start(number, trial(number))
                actions.append(one.report(number, 1, sign * value).action)
        self.assertEqual(actions[0::2], ["proceed", "stop", "proceed", "proceed"])
        self.assertEqual(actions[0::2], actions[1::2])

    def test_a_promoted_trial_is_called_back(self):
        scheduler = Scheduler(SPACE, scheduler="asha", max=9, reduction=2, variant="promote")
        self.assertIsNone(scheduler.resume())
        for number, value in enumerate([0.5, 0.7]):
            scheduler.start(number, trial(number))
            self.assertEqual(scheduler.report(number, 1, value).action, "pause")
        resumed = scheduler.resume()
        self.assertEqual(resumed.trial, 0)
        self.assertIn("promoted", resumed.reason)
        self.assertIsNone(scheduler.resume())

    def test_pbt_hands_over_configurations_by_name_and_tells_the_lineage(self):
        scheduler = Scheduler(SPACE, scheduler="pbt", interval=2, seed=3, limits={"lr": [1e-6, 10]})
        scheduler.start(0, {"lr": 0.1, "optimizer": "sgd", "momentum": 0.9})
        scheduler.start(1, {"lr": 0.001, "optimizer": "adam"})
        self.assertEqual(scheduler.report(0, 2, 1.0).action, "proceed")
        verdict = scheduler.report(1, 2, 5.0)
        self.assertEqual((verdict.action, verdict.source, verdict.step), ("exploit", 0, 2))
        self.assertEqual("momentum" in verdict.configuration, verdict.configuration["optimizer"] == "sgd")
        self.assertTrue(1e-6 <= verdict.configuration["lr"] <= 10)
        self.assertEqual([one[0] for one in scheduler.lineage(1)], [0, 1])
        self.assertEqual(scheduler.lineage(1)[1][2], verdict.configuration)

    def test_bohb_feeds_an_optimizer(self):
        space = Space({"x": {"float": [0, 1]}})
        scheduler = Scheduler(space, "maximize", "bohb", max=9)
        for number in range(9):
            scheduler.start(number, {"x": number / 10})
            scheduler.report(number, 1, math.nan if number == 4 else number)
        observations = scheduler.observations()
        self.assertEqual(observations[5], ({"x": 0.5}, 5.0, False))
        self.assertTrue(math.isnan(observations[4][1]))
        optimizer = Optimizer(space, "maximize", "tpe")
        for configuration, value, _ in observations:
            optimizer.tell(configuration, value)
        self.assertEqual(optimizer.best.value, 8)
        self.assertEqual(Optimizer(space, "maximize", "tpe", seed=3).ask(instead=observations),
                         Optimizer(space, "maximize", "tpe", seed=3).ask(instead=observations))

    def test_a_model_learns_from_partial_values_while_few_trials_are_complete(self):
        space = Space({"x": {"float": [0, 1]}})
        scheduler = Scheduler(space, scheduler="asha", max=64, reduction=2)
        self.assertIsNone(scheduler.observations())
        for number in range(16):
            x = number * 5 % 16 / 16
            scheduler.start(number, {"x": x})
            for step in range(1, 5):
                if scheduler.report(number, step, abs(x - 0.75)).action == "stop":
                    break
        known = scheduler.observations()
        self.assertEqual(len(known), 16)
        self.assertTrue(any(one.pruned for one in known) and not all(one.pruned for one in known))
        optimizer = Optimizer(space, algorithm="gp", seed=1)
        near = [abs(optimizer.ask(instead=known)[0]["x"] - 0.75) for _ in range(8)]
        self.assertLess(sorted(near)[2], 0.02)
        for number in range(4):
            scheduler.finish(number)
        self.assertIsNone(scheduler.observations())

    def test_failed_and_missing_values(self):
        scheduler = Scheduler(SPACE, scheduler="threshold", upper=2)
        scheduler.start(0, trial(0))
        self.assertEqual(scheduler.report(0, 1, None).action, "stop")
        scheduler.finish(0, failed=True)

    def test_wrong_use_is_refused(self):
        for wrong in ({"goal": "down"}, {"scheduler": "ashe"}, {"eta": 3}, {"reduction": 0}):
            with self.assertRaises(ValueError):
                Scheduler(SPACE, **wrong)
        with self.assertRaises(ValueError):
            Scheduler(SPACE, scheduler="pbt", limits={"lr": [0.1, 0.2]})
        scheduler = Scheduler(SPACE)
        scheduler.start(0, trial(0))
        for call in (lambda: scheduler.start(0, trial(0)), lambda: scheduler.report(1, 1, 0.0),
                     lambda: scheduler.start(1, {"depth": 3}), lambda: scheduler.finish(7),
                     lambda: scheduler.lineage(7)):
            with self.assertRaises(ValueError):
                call()
        narrow = Scheduler({"x": {"int": [0, 3]}}, forbid=["x == 2"])
        with self.assertRaises(ValueError):
            narrow.start(0, {"x": 2})

    def test_threads_may_share_one(self):
        scheduler = Scheduler(SPACE, scheduler="asha", max=100)

        def run(number):
            scheduler.start(number, trial(number))
            for step in range(1, 100):
                if scheduler.report(number, step, 1 / step + number).action != "proceed":
                    return
            scheduler.finish(number)
        threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(scheduler.lineage(0)[0][:2], (0, 99))


if __name__ == "__main__":
    unittest.main()
