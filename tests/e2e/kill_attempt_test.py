# SPDX-License-Identifier: Apache-2.0
"""kill -9 of a runner, of its program, of both: a new attempt up to `retries`, and no orphans."""
import json
import os
import pathlib
import signal

import home

STUDY = """study: fragile
command: sh {program}
metrics: {{loss: 'loss=([-0-9.e]+)'}}
objective: {{metric: loss, goal: minimize}}
space:
  x: {{float: [0, 1]}}
algorithm: random
parallel: 1
retries: {retries}
seed: 1
budget: {{trials: 1}}
"""
# Lives until `go` exists; leaves its own pid, and a child in a session of its own.
PROGRAM = """echo $$ >> {folder}/pids
setsid sleep 1000 &
while [ ! -e {folder}/go ]; do sleep 0.02; done
echo loss=1
"""


def open_files(pid):
    return {os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir()}


class KilledAttempt(home.EndToEnd):
    def start(self, retries):
        folder = self.home.path
        program = folder / "program.sh"
        program.write_text(PROGRAM.format(folder=folder))
        self.client = self.home.spawn("start", self.home.study(STUDY.format(program=program, retries=retries)))

    def pids(self, count):
        """The program's pids once `count` attempts have started."""
        file = self.home.path / "pids"
        read = lambda: [int(p) for p in file.read_text().split()] if file.exists() else []
        return home.wait_until(lambda: len(read()) >= count and read(), what=f"attempt {count}")

    def runner_of(self, pid):
        while True:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            pid = int(stat[1])
            if b"automl-runner" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid

    def finish(self, code):
        (self.home.path / "go").write_text("")
        out, err = self.client.communicate(timeout=60)
        self.assertEqual(self.client.returncode, code, out + err)
        home.wait_until(lambda: not self.home.tagged(), 5, what="end of all processes of the attempts")
        return self.home.json("show", "fragile/0")

    def test_inherits_nothing(self):
        """No file, lock or connection of the engine is open in runner or program."""
        self.start(retries=0)
        program = self.pids(1)[-1]
        runner = self.runner_of(program)
        files = {pid: open_files(pid) for pid in (self.home.engine_pid(), runner, program)}
        theirs = files.pop(self.home.engine_pid())
        for pid, ours in files.items():
            shared = {name for name in ours & theirs if not name.startswith(("/dev/", "anon_inode:"))}
            self.assertEqual(shared, set(), pid)
            home_files = [name for name in ours if name.startswith(str(self.home.path) + "/")]
            for name in home_files:
                self.assertRegex(name, r"/attempts/\w+/(lock|spool|log|runner\.log)$|/program\.sh$", pid)
        self.assertTrue(all(name.startswith(("/dev/null", "pipe:", str(self.home.path / "program.sh")))
                            for name in files[program]), files[program])
        self.finish(0)

    def kill_round(self, victims):
        self.start(retries=2)
        program = self.pids(1)[-1]
        runner = self.runner_of(program)
        for victim in victims:
            os.kill({"runner": runner, "program": program}[victim], signal.SIGKILL)
        second = self.pids(2)[-1]
        self.assertNotEqual(program, second)
        detail = self.finish(0)
        self.assertEqual(len(detail["attempts"]), 2)
        self.assertEqual(detail["trial"]["state"], "complete")
        self.assertEqual(detail["trial"]["value"], 1)

    def test_runner(self):
        self.kill_round(["runner"])

    def test_program(self):
        self.kill_round(["program"])

    def test_both(self):
        self.kill_round(["runner", "program"])

    def test_retries_end(self):
        self.start(retries=1)
        for attempt in (1, 2):
            os.kill(self.pids(attempt)[-1], signal.SIGKILL)
        out, err = self.client.communicate(timeout=60)
        detail = self.home.json("show", "fragile/0")
        self.assertEqual(len(detail["attempts"]), 2)
        self.assertEqual(detail["trial"]["state"], "failed")
        self.assertRegex(detail["trial"]["reason"], "signal 9|code 137")

    def test_engine_and_runner(self):
        """The engine is away while the runner dies: the next engine notices."""
        self.start(retries=1)
        program = self.pids(1)[-1]
        runner = self.runner_of(program)
        self.home.kill_engine()
        os.kill(runner, signal.SIGKILL)
        self.home.run("ps")
        self.pids(2)
        self.assertEqual(self.finish(0)["trial"]["state"], "complete")


if __name__ == "__main__":
    home.main()
