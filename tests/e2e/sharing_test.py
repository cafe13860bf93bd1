# SPDX-License-Identifier: Apache-2.0
"""Two real studies on one machine: the first one fills it beyond its places, gives slots back when the second one
comes, and revives its trials from their checkpoints when that one has ended."""
import os
import sys
import time

import home

SLOTS, OWN, OTHERS = 8, 2, 4
LONG, SHORT = 80, 12  # steps
FIRST = """study: first
command: /usr/bin/python3 {program} ${{x}} {steps}
objective: {{metric: loss, goal: minimize, value: last}}
space: {{x: {{float: [0, 10]}}}}
algorithm: sobol
parallel: {own}
stop_and_go: {{max_parallel: {slots}}}
budget: {{trials: {slots}}}
seed: 7
"""
SECOND = """study: second
command: /usr/bin/python3 {program} ${{x}} {steps}
objective: {{metric: loss, goal: minimize, value: last}}
space: {{x: {{float: [0, 10]}}}}
algorithm: sobol
parallel: {others}
budget: {{trials: {others}}}
seed: 8
"""
PROGRAM = """import sys, time
import automl
x, steps = float(sys.argv[1]), int(sys.argv[2])
step = automl.load("state") or 0
while step < steps:
    time.sleep(0.2)
    step += 1
    verdict = automl.report(step=step, loss=(x - 3) ** 2 + 1 / step)
    if verdict != "continue" or step % 5 == 0:
        automl.save("state", step)
    if verdict != "continue":
        break
"""


class Sharing(home.EndToEnd):
    config = f"cpus: {SLOTS}\n"

    def watch(self, until, timeout_s=60):
        """Rows of `ps` until the condition holds; adds up slots that were idle while a session waited."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            rows = self.home.json("ps")["rows"]
            now = time.monotonic()
            states = [row["session"]["state"] for row in rows]
            if self.waited:
                self.slot_s += SLOTS * (now - self.looked)
                self.idle_s += self.idle * (now - self.looked)
            self.waited = "queued" in states
            self.idle = SLOTS - sum(state in ("launching", "running") for state in states)
            self.looked = now
            if until(rows):
                return rows
            time.sleep(0.05)
        self.fail("it did not happen: " + str([(row["study"], row["session"]["state"], row["note"]) for row in rows]))

    def running(self, rows, study):
        return [row for row in rows if row["study"] == study and row["session"]["state"] in ("launching", "running")]

    def test_two_studies_compete(self):
        self.waited, self.idle, self.looked, self.slot_s, self.idle_s = False, 0, 0.0, 0.0, 0.0
        program = self.home.path / "program.py"
        program.write_text(PROGRAM)
        first = self.home.study(FIRST.format(program=program, steps=LONG, own=OWN, slots=SLOTS), "first.yaml")
        second = self.home.study(SECOND.format(program=program, steps=SHORT, others=OTHERS), "second.yaml")
        self.assertEqual(self.home.run("start", "-d", first).returncode, 0)
        self.watch(lambda rows: sum(row["latest_step"] >= 5 for row in self.running(rows, "first")) == SLOTS)

        self.assertEqual(self.home.run("start", "-d", second).returncode, 0)
        submitted = time.monotonic()
        self.watch(lambda rows: len(self.running(rows, "second")) == OTHERS)
        given_back_s = time.monotonic() - submitted
        why = self.home.run("why", "first").stdout
        self.assertIn("stop-and-go", why)
        self.assertIn("waits)", why)

        self.watch(lambda rows: not any(row["study"] == "second" for row in rows))
        over = time.monotonic()
        self.watch(lambda rows: len(self.running(rows, "first")) == SLOTS)
        revived_s = time.monotonic() - over
        self.watch(lambda rows: not rows, timeout_s=120)

        revived = 0
        for number in range(SLOTS):
            detail = self.home.json("show", f"first/{number}")
            self.assertEqual(detail["trial"]["state"], "complete", detail["trial"])
            steps = {stored["measurement"]["step"] for stored in detail["measurements"]}
            self.assertEqual(steps, set(range(1, LONG + 1)), "no step is missing")
            kinds = [event["kind"] for event in detail["schedule"] if event["kind"] in ("preempt", "revive")]
            self.assertEqual(kinds, ["preempt", "revive"] * (len(kinds) // 2))
            for attempt in detail["attempts"][1:]:
                self.assertGreaterEqual(attempt["restored"]["step"], 5)
                revived += 1
        self.assertEqual(revived, OTHERS, "of those beyond its own places only as many as were needed gave way")
        self.assertLessEqual(given_back_s, 5)
        print(f"{OTHERS} slots given back and taken within {given_back_s:.1f} s, revived within {revived_s:.1f} s, "
              f"idle while somebody waited: {100 * self.idle_s / max(self.slot_s, 1e-9):.1f} % of {self.slot_s:.1f} "
              "slot seconds", file=sys.stderr)


if __name__ == "__main__":
    home.main()
