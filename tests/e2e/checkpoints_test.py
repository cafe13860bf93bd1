# SPDX-License-Identifier: Apache-2.0
"""A real training program that saves: killed again and again, it goes on from its newest whole checkpoint, and its
curve is that of a run that nobody disturbed."""
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import time

import home

EPOCHS = 81
STUDY = """study: {name}
code: epochs
command: /usr/bin/python3 train.py ${{args}} --epochs={epochs} --save-every=2
objective: {{metric: val_accuracy, goal: maximize, value: best}}
space:
  lr: {{float: [0.01, 0.1], log: true, default: 0.05}}
algorithm: random
parallel: 2
retries: {retries}
seed: 5
budget: {{trials: {trials}}}
"""


def curve_of(detail):
    """Per step what the trial found there, and how often each step was trained."""
    curve, times = {}, {}
    for stored in detail["measurements"]:
        measurement = stored["measurement"]
        curve[measurement["step"]] = measurement["metrics"]
        times[measurement["step"]] = times.get(measurement["step"], 0) + 1
    return curve, times


class Checkpoints(home.EndToEnd):
    config = "cpus: 8\ngrace: 2s\ncheckpoint_interval: 1s\n"

    def setUp(self):
        super().setUp()
        shutil.copytree(pathlib.Path(__file__).parents[2] / "studies/epochs", self.home.path / "epochs")

    def start(self, name, retries=0, trials=1, epochs=EPOCHS):
        file = self.home.study(STUDY.format(name=name, epochs=epochs, retries=retries, trials=trials), name + ".yaml")
        return self.home.spawn("start", file)

    def finish(self, client):
        out, err = client.communicate(timeout=200)
        self.assertEqual(client.returncode, 0, out + err)

    def details(self, name, trials):
        return [self.home.json("show", f"{name}/{number}") for number in range(trials)]

    def test_killed_again_and_again(self):
        """Runners and programs, at random moments; once also the engine."""
        trials, epochs = 2, 3 * EPOCHS  # on a fast machine, too, not done before it was killed often enough
        self.finish(self.start("calm", trials=trials, epochs=epochs))
        calm = self.details("calm", trials)
        seed = int(os.environ.get("AUTOML_TEST_SEED") or random.randrange(1 << 30))
        print("seed", seed, file=sys.stderr)
        dice = random.Random(seed)
        client = self.start("stormy", retries=60, trials=trials, epochs=epochs)
        kills = 0
        while client.poll() is None and kills < 10:
            if kills % 3 == 2:  # all at once, with something to go on from; else at any moment, also before that
                before = self.saves()
                home.wait_until(lambda: self.saves() != before or client.poll() is not None, what="checkpoint")
            time.sleep(dice.uniform(0, 1.5))
            victims = self.home.tagged()
            if kills == 4:
                self.home.kill_engine()
                self.home.run("ps")
            for victim in victims if kills % 3 == 2 else victims and [dice.choice(victims)]:
                try:
                    os.kill(victim, signal.SIGKILL)
                except OSError:
                    pass
            kills += bool(victims)
        self.finish(client)
        stormy = self.details("stormy", trials)
        self.assertGreater(sum(len(detail["attempts"]) for detail in stormy), trials + 3)
        resumed = 0
        for undisturbed, disturbed in zip(calm, stormy):
            self.assertEqual(disturbed["trial"]["state"], "complete", disturbed["trial"])
            self.assertEqual(curve_of(disturbed)[0], curve_of(undisturbed)[0])
            self.assertEqual(disturbed["trial"]["value"], undisturbed["trial"]["value"])
            resumed += self.check_no_epoch_twice(disturbed)
        self.assertGreater(resumed, 0)

    def test_what_was_measured_while_no_engine_ran(self):
        """The runner dies as well before anybody has asked for it; what was saved goes on, so nothing may be missing."""
        self.finish(self.start("calm"))
        calm = self.details("calm", 1)[0]
        before = self.saves()
        client = self.start("stormy", retries=1)
        home.wait_until(lambda: self.saves() != before, what="checkpoint")
        client.kill()
        client.communicate()
        self.assertTrue(self.home.kill_engine())
        for _ in range(2):
            before = self.saves()
            home.wait_until(lambda: self.saves() != before, what="checkpoint that no engine knows of")
        for victim in self.home.tagged():
            os.kill(victim, signal.SIGKILL)
        self.home.run("ps")
        home.wait_until(lambda: self.details("stormy", 1)[0]["trial"]["state"] == "complete", what="end of the trial")
        stormy = self.details("stormy", 1)[0]
        self.assertEqual([attempt["state"] for attempt in stormy["attempts"]], ["lost", "complete"])
        self.assertEqual(curve_of(stormy)[0], curve_of(calm)[0])
        self.assertEqual(self.check_no_epoch_twice(stormy), 1)

    def saves(self):
        """Changes with every checkpoint."""
        return sum(file.stat().st_mtime_ns for file in self.home.path.glob("sessions/*/checkpoint.last"))

    def check_no_epoch_twice(self, detail):
        """No attempt trains an epoch that the checkpoint it started from had covered; how many started from one."""
        resumed, newest = 0, 0
        for attempt in detail["attempts"]:
            if not attempt["started_ms"]:
                continue  # its runner was killed before it had registered
            steps = [s["measurement"]["step"] for s in detail["measurements"] if s["attempt"] == attempt["number"]]
            start = attempt.get("restored", {}).get("step", 0)
            resumed += start > 0
            self.assertGreaterEqual(start, newest, "an older checkpoint than the newest")
            newest = start
            if steps:
                self.assertEqual(steps, list(range(start + 1, start + 1 + len(steps))), attempt)
        return resumed

    def test_old_ones_make_room(self):
        self.finish(self.start("tidy"))
        manifests = self.home.path / "artifacts/manifests"
        home.wait_until(lambda: len(list(manifests.iterdir())) == 1, what="sweep to one checkpoint a trial")
        objects = self.home.path / "artifacts/objects"
        home.wait_until(lambda: sum(entry.is_file() for entry in objects.rglob("*")) == 1,
                        what="sweep to one file")  # which follows the one of manifests
        self.assertEqual(list((self.home.path / "artifacts/incoming").iterdir()), [])

    def test_a_program_that_saves_nothing_begins_anew(self):
        program = self.home.path / "program.sh"
        program.write_text("echo loss=1\n"
                           f"[ -e {self.home.path}/second ] || {{ touch {self.home.path}/second; kill -9 $$; }}\n")
        self.finish(self.home.spawn("start", self.home.study(
            f"study: forgetful\ncommand: sh {program}\nmetrics: {{loss: 'loss=(.*)'}}\nretries: 1\n"
            "objective: {metric: loss, goal: minimize}\nspace: {x: {float: [0, 1]}}\nbudget: {trials: 1}\n")))
        logs = self.home.run("logs", "forgetful/0")
        self.assertRegex(logs.stdout + logs.stderr, "starts from zero: there is no checkpoint")
        self.assertNotIn("restored", json.dumps(self.details("forgetful", 1)[0]["attempts"]))


if __name__ == "__main__":
    home.main()
