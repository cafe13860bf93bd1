# SPDX-License-Identifier: Apache-2.0
"""A real study is edited while it runs, with `kill -9` of the engine right before and after each edit: a range grows, a
choice goes, trials are added. Nothing acknowledged is lost, old trials stay what they were, new ones lie in the new
space, and a study that was done goes on."""
import threading

import home

STUDY = """study: edited
command: /usr/bin/python3 {program} ${{x}} ${{kind}}
metrics: {{loss: 'loss=([0-9.]+)'}}
objective: {{metric: loss, goal: minimize, value: last}}
space:
  x: {{float: [0, 1]}}      # to grow
  kind: {{choice: [red, green, blue]}}
algorithm: tpe
parallel: 4
budget: {{trials: 24}}
retries: 5
seed: 7
"""
PROGRAM = """import sys, time
x, kind = float(sys.argv[1]), sys.argv[2]
time.sleep(0.15)
print(f"loss={(x - 3) ** 2 + len(kind)}")
"""


class Edit(home.EndToEnd):
    def edit(self, *settings, killed_after_s=None):
        """An edit by `--set`; the engine may be killed while it is carried out."""
        words = [word for setting in settings for word in ("--set", setting)]
        killer = threading.Timer(killed_after_s or 0, self.home.kill_engine)
        if killed_after_s is not None:
            killer.start()
        done = self.home.run("edit", "edited", *words)
        killer.join() if killed_after_s is not None else None
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def complete(self, least):
        def enough():
            status = self.home.json("status", "edited")
            return status if status["trials_complete"] >= least else None
        return home.wait_until(enough, timeout_s=120, what=f"{least} complete trials")

    def test_a_running_study_is_edited_through_kills(self):
        program = self.home.path / "program.py"
        program.write_text(PROGRAM)
        file = self.home.study(STUDY.format(program=program))
        self.assertEqual(self.home.run("start", "-d", file).returncode, 0)
        self.complete(6)

        self.home.kill_engine()
        out = self.edit("space.x={float: [0, 4]}", "space.kind={choice: [blue, red]}", killed_after_s=0.02)
        self.assertIn("has version 2 of its file", out)
        self.assertIn("with kind=green", out)
        self.home.kill_engine()
        versions = self.home.json("show", "edited")
        self.assertEqual([version["number"] for version in versions], [1, 2])
        self.assertIn("# to grow", versions[1]["source_text"])

        self.complete(12)
        self.edit("budget.trials=30", "parallel=6", killed_after_s=0.0)
        self.home.kill_engine()

        # Somebody starts the old file, or edits a version that is not in force any more.
        self.assertIn("automl edit edited FILE", self.home.run("start", "-d", file).stderr)
        refused = self.home.run("edit", "edited", "--set", "objective.goal=maximize")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("objective cannot change: trials that have ended were measured by it", refused.stderr)

        status = home.wait_until(lambda: (s := self.home.json("status", "edited"))["study"]["state"] == "done" and s,
                                 timeout_s=180, what="end of the study")
        self.assertEqual(status["study"]["file_version"], 3)
        trials = self.trials("edited")
        started = [one for one in trials.values() if one["state"] != "cancelled"]
        self.assertEqual(len(started), 30 + status["study"]["withdrawn"] - (len(trials) - len(started)))
        for trial in trials.values():
            values = trial["configuration"]
            self.assertLessEqual(values["x"], 1 if trial["file_version"] == 1 else 4)
            if trial["file_version"] > 1:
                self.assertIn(values["kind"], ("blue", "red"))
            if trial["state"] != "cancelled":
                self.assertEqual(trial["state"], "complete", trial)
                expected = (values["x"] - 3) ** 2 + len(values["kind"])
                self.assertAlmostEqual(trial["value"], expected, places=6)
        new = [one["configuration"]["x"] for one in trials.values() if one["file_version"] > 1]
        self.assertGreater(max(new), 1, "the new range is searched")

        # It is done; with room it goes on.
        self.assertIn("the study was done and goes on", self.edit("budget.trials=32", killed_after_s=0.01))
        home.wait_until(lambda: self.home.json("status", "edited")["trials_complete"] >= 32 and True,
                        timeout_s=60, what="two more trials")
        home.wait_until(lambda: self.home.json("status", "edited")["study"]["state"] == "done", what="end of the study")
        self.assertEqual(len([one for one in self.trials("edited").values() if one["state"] == "complete"]), 32)


if __name__ == "__main__":
    home.main()
