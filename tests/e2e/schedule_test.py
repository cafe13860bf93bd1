# SPDX-License-Identifier: Apache-2.0
"""An ASHA study through kill -9 of the engine: a correct board, and the decisions of a replay that nobody killed."""
import json
import math
import os
import random
import sys
import time

import home

KILLS = int(os.environ.get("AUTOML_TEST_KILLS", "20"))
TRIALS, STEPS, REDUCTION = 60, 9, 3
STUDY = """study: halved
command: python3 {program} ${{x}}
objective: {{metric: loss, goal: minimize, value: best}}
space: {{x: {{float: [0, 10]}}}}
algorithm: sobol
scheduler: {{asha: {{min: 1, max: {steps}, reduction: {reduction}, metric_step: epoch}}}}
baseline: [{{x: 5}}]
parallel: 4
retries: 3
seed: 7
budget: {{trials: {trials}}}
"""
PROGRAM = """import sys, time
import automl
x = float(sys.argv[1])
for epoch in range(1, 1 + {steps}):
    time.sleep(0.06)
    automl.report(epoch=epoch, loss=(x - 3) ** 2 + 1 / epoch)
"""


def replay(events):
    """Decisions of asha (stop), from the stored reports alone: docs/algorithms/halving.md."""
    rungs = []
    while REDUCTION ** len(rungs) < STEPS:
        rungs.append(REDUCTION ** len(rungs))
    entries = [[] for _ in rungs]
    reached, exempt, pending, decisions = {}, set(), set(), {}
    for event in events:
        trial, kind = event["trial"], event["kind"]
        if kind != "report":
            pending.discard(trial)
            if kind == "start":
                reached[trial] = 0
                if event["exempt"]:
                    exempt.add(trial)
            continue
        stops = False
        while reached[trial] < len(rungs) and event["step"] >= rungs[reached[trial]]:
            rung = entries[reached[trial]]
            reached[trial] += 1
            rung.append((event["value"], trial))
            place = sorted(rung).index((event["value"], trial))
            stops = stops or place >= max(1, len(rung) // REDUCTION)
        decision = "proceed"
        if trial not in pending:
            if event["step"] >= STEPS:
                decision = "complete"
            elif trial not in exempt and stops:
                decision = "prune"
        if decision != "proceed":
            pending.add(trial)
        decisions[event["position"]] = decision
    return decisions


class Schedule(home.EndToEnd):
    def test_decisions_survive_the_engine(self):
        seed = int(os.environ.get("AUTOML_TEST_SEED", random.randrange(2**31)))
        print("seed", seed, file=sys.stderr)
        rng = random.Random(seed)
        program = self.home.path / "program.py"
        program.write_text(PROGRAM.format(steps=STEPS))
        client = self.home.spawn("start", self.home.study(
            STUDY.format(program=program, steps=STEPS, reduction=REDUCTION, trials=TRIALS)))
        killed = 0
        while killed < KILLS and client.poll() is None:
            time.sleep(rng.uniform(0.0, 0.25))
            killed += self.home.kill_engine()
            self.home.run("ps")  # starts the next engine
        out, err = client.communicate(timeout=240)
        self.assertEqual(client.returncode, 0, out + err)
        self.assertEqual(killed, KILLS, "the study was over too soon")
        trials = self.trials("halved")
        self.assertEqual(sorted(trials), list(range(TRIALS)))
        details = {number: self.home.json("show", f"halved/{number}") for number in trials}
        events = sorted((event for detail in details.values() for event in detail["schedule"]),
                        key=lambda event: event["position"])
        self.assertEqual([event["position"] for event in events], list(range(1, 1 + len(events))))
        decided = {event["position"]: event["decision"] for event in events if event["kind"] == "report"}
        self.assertEqual(decided, replay(events))
        for number, detail in details.items():
            self.check_trial(number, detail)
        self.check_board(details)
        pruned = sum(trial["state"] == "pruned" for trial in trials.values())
        self.assertGreater(pruned, TRIALS // 4)
        print(f"{killed} kills, {TRIALS} trials, {pruned} pruned, {len(decided)} decisions replayed", file=sys.stderr)

    def check_trial(self, number, detail):
        """It ended as decided, and every stored measurement was judged once."""
        trial = detail["trial"]
        wanted = [event["decision"] for event in detail["schedule"] if event["kind"] == "report"]
        measured = [m for m in detail["measurements"] if "loss" in m["measurement"]["metrics"]]
        self.assertEqual(len(wanted), len(measured), number)
        self.assertIn(trial["state"], ("pruned", "complete"), (number, trial))
        if trial["state"] == "pruned":
            self.assertIn("prune", wanted)
        last = max(m["attempt"] for m in measured)
        values = [m["measurement"]["metrics"]["loss"] for m in measured if m["attempt"] == last]
        self.assertTrue(math.isclose(trial["value"], min(values)), (number, trial["value"], values))

    def check_board(self, details):
        """All complete trials, best first, and no other ones."""
        board = self.home.json("board", "halved", "-n", 1000)
        complete = sorted((detail["trial"]["value"], number) for number, detail in details.items()
                          if detail["trial"]["state"] == "complete")
        self.assertEqual([row["trial"]["number"] for row in board["rows"]], [number for _, number in complete])
        self.assertEqual(details[0]["trial"]["state"], "complete", "the baseline runs to its end")


if __name__ == "__main__":
    home.main()
