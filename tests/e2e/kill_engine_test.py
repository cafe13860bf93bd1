# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the engine at random moments: every trial recorded once, none launched twice."""
import collections
import contextlib
import os
import random
import sqlite3
import time

import home

KILLS = int(os.environ.get("AUTOML_TEST_KILLS", "50"))
TRIALS = max(200, 4 * KILLS)
COMPLETE, LOST = 4, 7  # AttemptState in idl/records.thrift
STUDY = """study: killed
command: sh {program} ${{x}} ${{y}}
metrics: {{loss: 'loss=([-0-9.e]+)'}}
objective: {{metric: loss, goal: minimize, value: last}}
space:
  x: {{float: [-5, 10]}}
  y: {{float: [0, 15]}}
algorithm: sobol
parallel: 4
retries: 0
seed: 7
budget: {{trials: {trials}}}
"""
PROGRAM = """echo $AUTOML_TRIAL $AUTOML_ATTEMPT >> {launches}
sleep {sleep_s}
awk -v x=$1 -v y=$2 'BEGIN {{ printf "loss=%.12g\\n", (x-1)*(x-1) + (y-2)*(y-2) }}'
"""


class KilledEngine(home.EndToEnd):
    def run_study(self, where, kills, rng):
        launches = where.path / "launches"
        program = where.path / "program.sh"
        program.write_text(PROGRAM.format(launches=launches, sleep_s=0.1 if kills else 0))
        file = where.study(STUDY.format(program=program, trials=TRIALS))
        client = where.spawn("start", file)
        done = 0
        while done < kills and client.poll() is None:
            time.sleep(rng.uniform(0.0, 0.12))  # the random moment
            done += where.kill_engine()
            # Somebody looks again: that starts the next engine.
            where.run("ps")
        out, err = client.communicate(timeout=300)
        self.assertEqual(client.returncode, 0, out + err)
        return done, [line.split() for line in launches.read_text().splitlines()]

    def attempts(self, where):
        """States of each session's attempts, as the store has them."""
        states = collections.defaultdict(list)
        with contextlib.closing(sqlite3.connect(f"file:{where.path}/automl.db?mode=ro", uri=True)) as store:
            for session, state in store.execute("SELECT session_id, state FROM attempts ORDER BY number"):
                states[session].append(state)
        return states

    def test_every_trial_once(self):
        seed = int(os.environ.get("AUTOML_TEST_SEED", random.randrange(2**31)))
        print("seed", seed)
        quiet = home.Home()
        self.addCleanup(quiet.close)
        self.run_study(quiet, 0, random.Random(seed))
        killed, launches = self.run_study(self.home, KILLS, random.Random(seed))
        self.assertEqual(killed, KILLS, "the study was over too soon")
        # Each program has left a line when it began: one a trial, under one attempt.
        launched = sorted(int(trial) for trial, _ in launches)
        missing = [trial for number, trial in self.trials("killed").items() if number not in launched]
        self.assertEqual(launched, list(range(TRIALS)), missing)
        self.assertEqual(len({attempt for _, attempt in launches}), TRIALS)
        home.wait_until(lambda: not self.home.tagged(), 5, what="end of all processes")
        home.wait_until(lambda: not os.listdir(self.home.path / "attempts"), 20, what="end of all attempts' folders")
        self.home.run("server", "stop")  # it alone may read its store
        attempts = self.attempts(self.home)
        self.assertEqual(len(attempts), TRIALS)
        for states in attempts.values():
            self.assertEqual(states[-1], COMPLETE)
            self.assertTrue(all(state == LOST for state in states[:-1]), states)
        trials = self.trials("killed")
        self.home, other = quiet, self.home
        expected = self.trials("killed")
        self.home = other
        self.assertEqual(sorted(trials), list(range(TRIALS)))
        for number, trial in trials.items():
            self.assertEqual(trial["state"], "complete", trial)
            self.assertEqual(trial["configuration"], expected[number]["configuration"])
            self.assertEqual(trial["value"], expected[number]["value"])
        print(f"{killed} kills, {len(trials)} trials recorded once, none launched twice, "
              f"{sum(map(len, attempts.values())) - TRIALS} attempts lost before they began")


if __name__ == "__main__":
    home.main()
