# SPDX-License-Identifier: Apache-2.0
"""Programs that behave badly: each has a defined outcome (docs/user-guide.md, "What becomes of a trial")."""
import os
import pathlib
import time

import home

STUDY = """study: {name}
command: {command}
metrics: {{loss: 'loss=(\\S+)'}}
objective: {{metric: loss, goal: minimize, value: last}}
space:
  x: {{float: [0, 1]}}
algorithm: random
parallel: 1
retries: 0
seed: 1
resources: {{{resources}}}
budget: {{trials: 1}}
"""


class HostilePrograms(home.EndToEnd):
    config = "cpus: 8\ngrace: 1s\n"

    def outcome(self, name, script, resources="cpus: 1"):
        """Trial 0 of a study whose program is this shell script."""
        program = self.home.path / f"{name}.sh"
        program.write_text(script)
        file = self.home.study(STUDY.format(name=name, command=f"sh {program}", resources=resources))
        self.home.run("start", file, timeout=120)
        detail = self.home.json("show", f"{name}/0")
        home.wait_until(lambda: not self.home.tagged(), 5, what="end of all processes of the attempt")
        return detail

    def check(self, detail, state, reason):
        self.assertEqual(detail["trial"]["state"], state, detail["trial"])
        self.assertRegex(detail["trial"].get("reason", ""), reason)

    def test_prints_nan(self):
        detail = self.outcome("nan", "echo loss=nan\n")
        self.check(detail, "failed", "loss is not a number")
        self.assertEqual(detail["measurements"][0]["measurement"]["metrics"]["loss"], "nan")

    def test_never_reports(self):
        detail = self.outcome("silent", "echo nothing to see\n")
        self.check(detail, "failed", r"ended without reporting loss.*matched none of 1 lines")

    def test_exits_with_a_code(self):
        detail = self.outcome("code", "echo loss=1; echo 'no such layer' >&2; exit 7\n")
        self.check(detail, "failed", "exited with code 7: no such layer")
        self.assertEqual(detail["session"]["exit_code"], 7)

    def test_prints_a_gigabyte(self):
        start = time.monotonic()
        detail = self.outcome("flood", "yes 'a line of some forty characters, again' | head -c 1073741824\n"
                                       "echo loss=0.5\n")
        self.check(detail, "complete", "^$")
        print(f"1 GB of output in {time.monotonic() - start:.1f} s")
        self.assertGreater(detail["attempts"][0]["exit"]["log_bytes_dropped"], 500_000_000)
        log = self.home.run("logs", "flood/0")
        self.assertLess(len(log.stdout), 80 << 20)
        self.assertIn("loss=0.5", log.stdout[-200:])
        self.assertIn("bytes of output were dropped here", log.stdout + log.stderr)

    def test_leaves_children(self):
        detail = self.outcome("children", "setsid sleep 1000 & (setsid sh -c 'trap \"\" TERM; sleep 1000' &)\n"
                                          "sleep 0.2; echo loss=1\n")
        self.check(detail, "complete", "^$")  # `outcome` has seen that nothing is left

    def test_ignores_sigterm(self):
        detail = self.outcome("stubborn", "trap '' TERM; echo loss=1; while :; do sleep 0.1; done\n",
                              "cpus: 1, time: 1s")
        self.check(detail, "failed", "ran longer than its time limit of 1 s")
        self.assertEqual(detail["attempts"][0]["exit"]["cause"], "timeout")

    def test_prints_a_long_line(self):
        detail = self.outcome("line", "head -c 10485760 /dev/zero | tr '\\0' x; echo; echo loss=2\n")
        self.check(detail, "complete", "^$")
        self.assertEqual(detail["trial"]["value"], 2)

    def test_prints_garbage(self):
        detail = self.outcome("garbage", "head -c 300000 /dev/urandom; echo; echo loss=3\n")
        self.check(detail, "complete", "^$")
        log = self.home.run("logs", "garbage/0").stdout
        self.assertNotIn("\x1b", log)

    def test_uses_too_much_memory(self):
        detail = self.outcome("memory", "/usr/bin/python3 -c 'x = bytearray(600 << 20); import time; time.sleep(60)'\n",
                              "cpus: 1, memory: 200MiB")
        self.check(detail, "failed", "used .* of memory, its limit is 200 MiB")
        self.assertEqual(detail["attempts"][0]["exit"]["cause"], "out_of_memory")

    def test_dies_by_a_signal(self):
        detail = self.outcome("signal", "kill -SEGV $PPID; sleep 1\n")
        self.check(detail, "failed", "signal 11|code 139")

    def test_cannot_be_started(self):
        detail = self.outcome("missing", "exec /no/such/program\n")
        self.check(detail, "failed", "code 127: .*not found")

    def test_stops_a_running_session(self):
        client = self.home.spawn("run", "--", "trap '' TERM; while :; do sleep 0.05; done")
        session = home.wait_until(lambda: next((row["session"]["name"] for row in self.home.json("ps")["rows"]
                                                if row["session"]["state"] == "running"), None))
        self.assertEqual(self.home.run("stop", session).returncode, 0)
        out, err = client.communicate(timeout=30)
        self.assertNotEqual(client.returncode, 0, out + err)
        row = self.home.json("ps", "-a")["rows"][0]
        self.assertEqual(row["session"]["state"], "stopped")
        home.wait_until(lambda: not self.home.tagged(), 5, what="end of all processes")


class FullDisk(home.EndToEnd):
    """The engine's home on a disk of its own that fills up: it says so, keeps nothing half, goes on."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=24m tmpfs {self.home.path} 2>/dev/null") != 0:
            self.skipTest("needs the right to mount a small disk")
        self.addCleanup(lambda: os.system(f"umount -l {self.home.path}"))
        (self.home.path / "config.yaml").write_text(self.config)

    def test_says_so_and_goes_on(self):
        text = "study: disk\nobjective: {metric: loss, goal: minimize}\nspace: {x: {float: [0, 1]}}\nseed: 1\n"
        file = self.home.study(text)
        self.assertEqual(self.home.run("start", file).returncode, 0)
        self.assertEqual(self.home.run("ask", "disk").returncode, 0)
        filler = self.home.path / "filler"
        with open(filler, "wb", buffering=0) as full:
            try:
                while full.write(b"x" * 65536):
                    pass
            except OSError:
                pass
        told, refusal = 1, None
        for _ in range(2000):
            done = self.home.run("tell", f"disk/{told - 1}", "1.0", timeout=60)
            if done.returncode != 0:
                refusal = done
                break
            asked = self.home.run("ask", "disk", timeout=60)
            if asked.returncode != 0:
                refusal = asked
                break
            told += 1
        self.assertIsNotNone(refusal, "the disk never filled")
        self.assertEqual(refusal.returncode, 3, refusal.stderr)
        self.assertRegex(refusal.stderr, "full")
        filler.unlink()
        after = home.wait_until(lambda: self.home.run("ask", "disk").returncode == 0, 20, "recovery")
        self.assertTrue(after)
        self.home.kill_engine()
        trials = self.trials("disk")
        self.assertEqual(sorted(trials), list(range(len(trials))))
        self.assertGreaterEqual(len(trials), told)


if __name__ == "__main__":
    home.main()
