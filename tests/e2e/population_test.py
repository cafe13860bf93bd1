# SPDX-License-Identifier: Apache-2.0
"""Populations and promotions with a real training program that saves, through kill -9 of engine, runners and programs."""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import home

ROOT = pathlib.Path(__file__).parents[2]
STUDY = """study: {name}
code: epochs
command: /usr/bin/python3 train.py ${{args}} --epochs={epochs} --save-every=1
objective: {{metric: val_accuracy, goal: maximize, value: best}}
space:
  lr: {{float: [0.0005, 0.5], log: true}}
  momentum: {{float: [0, 0.95]}}
  batch: {{ordinal: [16, 32, 64]}}
algorithm: sobol
scheduler: {scheduler}
parallel: {parallel}
retries: 60
seed: {seed}
budget: {{trials: {trials}}}
"""


def measured(detail, attempt):
    """What an attempt reported, by step."""
    return {stored["measurement"]["step"]: stored["measurement"]["metrics"]
            for stored in detail["measurements"] if stored["attempt"] == attempt["number"]}


class Population(home.EndToEnd):
    config = "cpus: 8\ngrace: 3s\ncheckpoint_interval: 1s\n"

    def setUp(self):
        super().setUp()
        shutil.copytree(ROOT / "studies/epochs", self.home.path / "epochs")
        self.slow_down(self.home.path / "epochs/train.py")
        seed = int(os.environ.get("AUTOML_TEST_SEED") or random.randrange(1 << 30))
        print("seed", seed, file=sys.stderr)
        self.dice = random.Random(seed)

    def slow_down(self, program):
        """An epoch takes 0.3 s at least, so that there is time to kill on any machine."""
        text, counted = program.read_text(), 'state["epoch"] += 1\n'
        self.assertEqual(text.count(counted), 1)
        program.write_text(text.replace(counted, counted + '        __import__("time").sleep(0.3)\n'))

    def study(self, name, **values):
        """A study of its own configurations, so that what one never comes to another does."""
        return STUDY.format(name=name, seed=self.dice.randrange(1 << 30), **values)

    def storm(self, study, kills):
        """Runs the study while the engine, single processes and everything at once are killed; details by trial."""
        client = self.home.spawn("start", self.home.study(study))
        done = 0
        while client.poll() is None and done < kills:
            time.sleep(self.dice.uniform(0.2, 0.8))
            victims = self.home.tagged()
            if done % 3 == 0:
                self.home.kill_engine()
                self.home.run("ps")  # starts the next one
            elif done % 3 == 1:
                victims = victims and [self.dice.choice(victims)]
            if done % 3 != 0 or self.dice.random() < 0.3:
                for victim in victims:
                    try:
                        os.kill(victim, signal.SIGKILL)
                    except OSError:
                        pass
            done += bool(victims)
        out, err = client.communicate(timeout=120)
        self.assertEqual(client.returncode, 0, out + err)
        self.assertGreaterEqual(done, kills // 2, "the study was over too soon")
        name = study.split()[1]
        return {number: self.home.json("show", f"{name}/{number}") for number in self.trials(name)}

    def curve(self, detail):
        """The trial's curve as its attempts continue each other."""
        curve = {}
        for attempt in detail["attempts"]:
            if not attempt["started_ms"]:
                continue
            new = measured(detail, attempt)
            if "restored" not in attempt:
                curve = {}
            elif new:
                curve = {step: metrics for step, metrics in curve.items() if step < min(new)}
            curve.update(new)
        return curve

    def check_board(self, name, details):
        """Complete trials, best first, each with the best value of its curve."""
        for number, detail in details.items():
            trial = detail["trial"]
            self.assertIn(trial["state"], ("complete", "pruned"), trial)
            if "value" in trial:
                best = max(metrics["val_accuracy"] for metrics in self.curve(detail).values())
                self.assertEqual(trial["value"], best, number)
        board = self.home.json("board", name, "-n", 1000)
        complete = sorted(((detail["trial"]["value"], -number) for number, detail in details.items()
                           if detail["trial"]["state"] == "complete"), reverse=True)
        self.assertEqual([row["trial"]["number"] for row in board["rows"]], [-number for _, number in complete])
        return board

    def check_attempts(self, detail, wanted):
        """Each attempt goes on where the newest checkpoint of its leg was, with that leg's parameters; `wanted` gives
        the checkpoint that a leg begins with, and its configuration, at a time."""
        read, leg, newest = 0, None, 0
        for attempt in detail["attempts"]:
            if not attempt["started_ms"]:
                continue
            source, configuration = wanted(attempt["launched_ms"])
            restored = attempt.get("restored")
            if source != leg:
                leg, newest = source, source["step"]
                self.assertEqual(restored, source, "a member starts from another checkpoint than decided")
            step = restored["step"] if restored else 0
            self.assertGreaterEqual(step, newest, "an older checkpoint than the newest")
            newest = step
            steps = sorted(measured(detail, attempt))
            self.assertEqual(steps, list(range(step + 1, step + 1 + len(steps))), attempt)
            self.assertEqual(attempt.get("used_differs", ""), "")
            used = {one: attempt["used"][one] for one in attempt.get("used", {})}
            read += bool(used)
            if used:
                self.assertEqual(used, configuration)
        return read

    def test_pbt(self):
        self.assertTrue(any(self.evolves(f"evolving{attempt}") for attempt in range(3)), "nobody took over anything")

    def test_pbt_in_turns(self):
        """Four members on two slots."""
        name = "turns"
        self.evolves(name, scheduler="{pbt: {interval: 3, fraction: 0.25, population: 4}}", parallel=2, trials=4)
        kinds = [event["kind"] for number in self.trials(name)
                 for event in self.home.json("show", f"{name}/{number}")["schedule"]]
        self.assertEqual(kinds.count("start"), 4)
        self.assertGreater(kinds.count("resume"), 2, "nobody let others train")

    def evolves(self, name, scheduler="{pbt: {interval: 3, fraction: 0.4}}", parallel=3, trials=3):
        """Runs a population; whether there was an exploit."""
        details = self.storm(self.study(name, scheduler=scheduler, epochs=12, parallel=parallel, trials=trials), kills=9)
        exploits = 0
        for number, detail in details.items():
            legs = [event for event in detail["schedule"] if event["kind"] in ("start", "exploit")]

            def wanted(time_ms):
                last = [event for event in legs if event["time_ms"] <= time_ms or event["kind"] == "start"][-1]
                return last.get("source"), last["configuration"]
            self.assertGreater(self.check_attempts(detail, wanted), 0, number)
            for event in legs[1:]:
                exploits += 1
                donor = details[event["donor"]]["session"]["id"]
                self.assertEqual((event["source"]["session_id"], event["source"]["step"]), (donor, event["donor_step"]))
                self.assertRegex(event["source"]["digest"], "^[0-9a-f]{64}$")
        board = self.check_board(name, details)
        if exploits:
            self.check_replay(name, board, details)
        print(exploits, "exploits", file=sys.stderr)
        return exploits > 0

    def check_replay(self, name, board, details):
        """The exported schedule, run by hand and undisturbed, comes to the best trial's value by the same curve."""
        best = board["rows"][0]["trial"]["number"]
        file = self.home.path / "best.json"
        self.assertEqual(self.home.run("export", name, "--schedule", "-o", file).returncode, 0)
        schedule = json.loads(file.read_text())
        self.assertEqual((schedule["trial"], schedule["schedule"]), (best, board["schedule"]))
        self.assertIn(f"how trial {best} was trained", self.home.run("board", name).stdout)
        folder = self.home.path / "by-hand"
        folder.mkdir()
        plain = {key: value for key, value in os.environ.items() if not key.startswith("AUTOML_")}
        done = subprocess.run(
            ["/usr/bin/python3", self.home.path / "epochs/train.py", "--schedule", file, "--epochs=12"],
            cwd=folder, env=dict(plain, PYTHONPATH=str(ROOT / "sdk/python")), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        replayed = {}
        for line in done.stdout.splitlines():
            words = line.split()
            replayed[int(words[2])] = dict(word.split("=") for word in words[3:])
        last = schedule["schedule"][-1]
        self.assertEqual(last["trial"], best)
        curve = self.curve(details[best])
        value = max(metrics["val_accuracy"] for metrics in curve.values())
        reached = min(step for step, metrics in curve.items() if metrics["val_accuracy"] == value)
        self.assertIn(reached, range(last["first_step"], last["last_step"] + 1))
        # A step may have no row: its checkpoint was durable when a kill took the report away.
        for step in (step for step in range(last["first_step"], reached + 1) if step in curve):
            for metric, value in curve[step].items():
                self.assertEqual(replayed[step][metric], f"{value:.6g}", step)

    def test_asha_promoting(self):
        self.assertTrue(any(self.promotes(f"halving{attempt}") for attempt in range(3)), "nobody was resumed")

    def promotes(self, name):
        """Runs successive halving with pauses; whether a paused trial was resumed."""
        details = self.storm(self.study(name, epochs=9, parallel=3, trials=9,
                                        scheduler="{asha: {min: 1, max: 9, reduction: 3, variant: promote}}"), kills=7)
        paused = resumed = 0
        for detail in details.values():
            self.check_attempts(detail, lambda _, configuration=detail["trial"]["configuration"]: (None, configuration))
            paused += detail["session"]["paused_attempts"]
            resumed += any(event["kind"] == "resume" for event in detail["schedule"])
        self.check_board(name, details)
        print(paused, "pauses,", resumed, "trials resumed", file=sys.stderr)
        return min(paused, resumed) > 0


if __name__ == "__main__":
    home.main()
