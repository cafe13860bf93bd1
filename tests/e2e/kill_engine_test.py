# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the engine at random moments: every trial recorded once, none launched twice."""
import os
import random
import time

import home

TRIALS, KILLS = 200, int(os.environ.get("AUTOML_TEST_KILLS", "50"))
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
PROGRAM = """echo $AUTOML_TRIAL >> {launches}
sleep 0.1
awk -v x=$1 -v y=$2 'BEGIN {{ printf "loss=%.12g\\n", (x-1)*(x-1) + (y-2)*(y-2) }}'
"""


class KilledEngine(home.EndToEnd):
    def run_study(self, where, kills, rng):
        launches = where.path / "launches"
        program = where.path / "program.sh"
        program.write_text(PROGRAM.format(launches=launches))
        file = where.study(STUDY.format(program=program, trials=TRIALS))
        client = where.spawn("start", file)
        done = 0
        while done < kills and client.poll() is None:
            time.sleep(rng.uniform(0.0, 0.25))  # the random moment
            done += where.kill_engine()
            # Somebody looks again: that starts the next engine.
            where.run("ps")
        out, err = client.communicate(timeout=300)
        self.assertEqual(client.returncode, 0, out + err)
        return done, launches.read_text().split()

    def test_every_trial_once(self):
        seed = int(os.environ.get("AUTOML_TEST_SEED", random.randrange(2**31)))
        print("seed", seed)
        quiet = home.Home()
        self.addCleanup(quiet.close)
        self.run_study(quiet, 0, random.Random(seed))
        killed, launches = self.run_study(self.home, KILLS, random.Random(seed))
        self.assertGreaterEqual(killed, min(KILLS, 20))
        self.assertEqual(sorted(map(int, launches)), list(range(TRIALS)))
        trials = self.trials("killed")
        self.home, other = quiet, self.home
        expected = self.trials("killed")
        self.home = other
        self.assertEqual(sorted(trials), list(range(TRIALS)))
        for number, trial in trials.items():
            self.assertEqual(trial["state"], "complete", trial)
            self.assertEqual(trial["configuration"], expected[number]["configuration"])
            self.assertEqual(trial["value"], expected[number]["value"])
        print(f"{killed} kills, {len(trials)} trials recorded once, none launched twice")


if __name__ == "__main__":
    home.main()
