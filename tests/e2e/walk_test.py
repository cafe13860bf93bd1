# SPDX-License-Identifier: Apache-2.0
"""Every command as a user would give it, on the example study with a plain program."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import home

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Walk(home.EndToEnd):
    def test_a_study_from_check_to_export(self):
        # Without its target, which a lucky order of trials reaches early.
        text = (ROOT / "studies/functions/study.yaml").read_text()
        file = self.home.study(text.replace("code: .", f"code: {ROOT}/studies/functions").replace(", target: 0.4", ""))
        self.assertIn("valid", self.ok("check", file))
        self.assertIn("max_failures", self.ok("check", file, "--explain"))
        smoke = self.ok("check", file, "--smoke", "--quote")
        self.assertIn("exit code 0", smoke)
        self.assertIn("90 %", smoke)
        out = self.ok("start", file)
        self.assertIn("30 complete", out)
        self.assertIn("baseline", out)
        again = self.home.run("start", file)
        self.assertIn("it is done", again.stderr)
        self.assertIn("done", self.ok("status"))
        board = json.loads(self.ok("board", "functions", "-n", "3", "--json"))
        self.assertEqual([row["rank"] for row in board["rows"]], [1, 2, 3])
        values = [row["trial"]["value"] for row in board["rows"]]
        self.assertEqual(values, sorted(values))
        self.assertIn("gp: ", self.ok("show", "functions/29"))
        self.assertIn("result", self.ok("logs", "functions/3"))
        self.assertEqual(len(self.ok("export", "functions").splitlines()), 31)
        self.assertEqual(len(self.trials("functions")), 30)
        self.assertIn("no session", self.ok("ps"))
        self.assertEqual(len(json.loads(self.ok("ps", "-a", "-n", "7", "--json"))["rows"]), 7)
        self.assertIn("ended", self.ok("why", "functions"))
        report = self.ok("report", "functions")
        self.assertIn("depends on", report)
        self.assertIn("Random search would stand at", report)
        shares = json.loads(self.ok("report", "functions", "--json"))["importance"][0]["parameters"]
        self.assertLessEqual(sum(one["share"] for one in shares), 1)
        page = self.home.path / "report.html"
        self.ok("report", "functions", "--html", page)
        self.assertIn("</html>", page.read_text())

    def test_a_changed_file_is_told_apart(self):
        text = (ROOT / "studies/functions/study.yaml").read_text()
        folder = ROOT / "studies/functions"
        self.ok("start", "-d", folder / "study.yaml")
        changed = self.home.path / "study.yaml"
        changed.write_text(text.replace("code: .", f"code: {folder}").replace("seed:", "retries: 2\nseed:", 1))
        done = self.home.run("start", changed)
        self.assertEqual(done.returncode, 2)
        self.assertIn("retries", done.stderr)

    def test_errors_of_a_file_come_all_at_once(self):
        file = self.home.study("study: bad\ncommand: 'true'\nobjective: {metric: l, goal: minimize}\n"
                               "space:\n  lr: {float: [0, 1], log: true}\nparalell: 2\n")
        done = self.home.run("start", file)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r'study.yaml:6:1: unknown key "paralell"; did you mean "parallel"\?')
        self.assertIn("log", done.stderr)
        self.assertIn("2 errors; nothing was started", done.stderr)

    def test_pause_resume_stop(self):
        text = ("study: slow\ncommand: sleep 0.2; echo loss=1\nmetrics: {loss: 'loss=(.*)'}\n"
                "objective: {metric: loss, goal: minimize}\nspace: {x: {float: [0, 1]}}\nparallel: 2\n"
                "budget: {trials: 1000}\n")
        self.ok("start", "-d", self.home.study(text))
        home.wait_until(lambda: self.home.json("status", "slow")["trials_complete"] > 0)
        self.ok("pause", "slow")
        self.assertIn("paused", self.ok("why", "slow"))
        home.wait_until(lambda: self.home.json("status", "slow")["trials_running"] == 0)
        count = self.home.json("status", "slow")["trials_complete"]
        self.ok("resume", "slow")
        home.wait_until(lambda: self.home.json("status", "slow")["trials_complete"] > count)
        self.ok("stop", "-f", "slow")
        home.wait_until(lambda: self.home.json("status", "slow")["trials_running"] == 0)
        self.assertEqual(self.home.json("status", "slow")["study"]["state"], "stopped")

    def test_enqueue_and_compare(self):
        # Better the nearer x is to 0.3, and a little by luck: the seed's last digits.
        text = ("study: luck\ncommand: sleep 0.1; awk \"BEGIN {print \\\"loss=\\\" (${x} - 0.3)^2 + $AUTOML_SEED % 100 / 1e5}\"\n"
                "metrics: {loss: 'loss=(.*)'}\nobjective: {metric: loss, goal: minimize}\n"
                "space: {x: {float: [0, 1]}}\nbaseline: [{x: 0.9}]\nenqueue: [{x: 0.25}]\ncompare: {seeds: 3}\n"
                "algorithm: random\nbudget: {trials: 8}\nseed: 1\n")
        self.ok("start", "-d", self.home.study(text))
        self.ok("enqueue", "luck", "x=0.3125")
        wrong = self.home.run("enqueue", "luck", "x=7")
        self.assertEqual((wrong.returncode, wrong.stderr), (2, "automl: x must be between 0 and 1, got 7\n"))
        out = self.ok("start", "luck")
        self.assertRegex(out, r"winner against baseline, 3 seeds each: 0\.00\d+ ± 0\.0\d+ against 0\.36\d* ± \S+ +P\(better\) > 0\.99")
        trials = list(self.trials("luck").values())
        self.assertEqual(len(trials), 14)
        self.assertEqual([t["configuration"]["x"] for t in trials if t["enqueued"]], [0.25, 0.3125])
        repeats = [t for t in trials if "repeat_of" in t]
        self.assertEqual([t["repeat_of"] for t in repeats].count(0), 3)
        self.assertEqual(len({t["seed"] for t in repeats}), 3)
        board = self.home.json("board", "luck")
        self.assertEqual(board["total"], 8)
        self.assertEqual(len(board["rows"][0]["repeats"]["values"]), 3)
        self.assertGreater(self.home.json("status", "luck")["comparison"]["probability_better"], 0.99)
        self.assertIn("enqueued", self.ok("board", "luck"))
        self.assertIn("winner against baseline", self.ok("report", "luck"))

    def test_fork_and_retry(self):
        program = self.home.path / "saves.py"
        program.write_text("import automl, sys\n"
                           "start = automl.load('state') or 0\nprint('from', start)\n"
                           "for step in range(start + 1, start + 7):\n"
                           "    automl.report(step=step, loss=1 / step)\n    automl.save('state', step)\n"
                           "sys.exit(automl.params({})['x'] > 5)\n")
        text = (f"study: saves\ncommand: /usr/bin/python3 {program}\nobjective: {{metric: loss, goal: minimize}}\n"
                "space: {x: {float: [0, 10]}}\nalgorithm: sobol\nretries: 0\nparallel: 2\nbudget: {trials: 4}\nseed: 3\n"
                "baseline: [{x: 2}, {x: 8}]\n")
        self.home.run("start", self.home.study(text))
        fork = self.ok("fork", "saves/0").strip()
        home.wait_until(lambda: [row for row in self.home.json("ps", "-a")["rows"]
                                 if row["session"]["name"] == fork and row["session"]["state"] == "complete"])
        self.assertEqual(self.ok("logs", fork).strip(), "from 6")
        self.assertRegex(self.home.run("fork", "saves/0", 99).stderr, "has no checkpoint 99; it keeps: ")
        failed = [t["configuration"] for t in self.trials("saves").values() if t["state"] == "failed"]
        self.assertIn({"x": 8}, failed)
        self.ok("retry", "saves", "--failed")
        home.wait_until(lambda: self.home.json("status", "saves")["study"]["state"] == "done")
        again = [t["configuration"] for t in self.trials("saves").values() if t["number"] >= 4]
        self.assertEqual(sorted(again, key=str), sorted(failed, key=str))

    def test_inherit(self):
        text = ("study: %s\ncommand: awk \"BEGIN {print \\\"loss=\\\" (${x} - 0.3)^2}\"\nmetrics: {loss: 'loss=(.*)'}\n"
                "objective: {metric: loss, goal: minimize}\nspace: {x: {float: [%s, 1]}}\nparallel: 2\n%s\n")
        self.ok("start", self.home.study(text % ("first", 0, "algorithm: random\nbudget: {trials: 12}\nseed: 1")))
        best = self.home.json("board", "first")["rows"][0]["trial"]["configuration"]
        done = self.home.run("start", self.home.study(text % ("second", 0.1, "inherit: first\nbudget: {trials: 4}")))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"inherits from first: \d+ trials, left out \d+ with x (above|below) ")
        first = self.trials("second")[0]
        self.assertEqual(first["configuration"], best)
        self.assertIn("best of earlier studies", first["proposed_because"])
        self.assertIn("inherits from first", self.ok("status", "second"))
        done = self.home.run("start", self.home.study(text % ("third", 0, "inherit: nobody")))
        self.assertEqual((done.returncode, done.stderr), (2, 'automl: inherit: there is no study "nobody"\n'))

    def test_ask_and_tell(self):
        self.ok("start", self.home.study("study: outside\nobjective: {metric: y, goal: maximize}\n"
                                         "space: {x: {int: [1, 3]}}\nbudget: {trials: 3}\n"))
        asked = json.loads(self.ok("ask", "outside", "-n", "3", "--json"))
        self.assertEqual(sorted(trial["configuration"]["x"] for trial in asked), [1, 2, 3])
        self.ok("tell", "outside/0", "0.25")
        self.ok("tell", "outside/0", "0.25")
        self.assertEqual(self.home.run("tell", "outside/0", "0.5").returncode, 2)
        self.ok("tell", "outside/1", "--failed", "broke")
        self.ok("tell", "outside/2", "0.75")
        self.assertEqual(self.home.json("status", "outside")["study"]["state"], "done")
        self.assertEqual(self.home.run("ask", "outside").returncode, 2)

    def test_a_constrained_study(self):
        self.ok("start", self.home.study(
            "study: bounded\ncommand: 'echo loss=${x}; echo size=$((20 - 2 * ${n}))'\n"
            "metrics: {loss: 'loss=(.*)', size: 'size=(.*)'}\nobjective: {metric: loss, goal: minimize}\n"
            "constraints: [\"size < 12\"]\nspace: {x: {float: [0, 1]}, n: {int: [0, 9]}}\n"
            "baseline: [{x: 0, n: 0}]\nparallel: 4\nbudget: {trials: 16}\nseed: 1\n"))
        board = json.loads(self.ok("board", "bounded", "--json"))
        feasible = [row["trial"]["violation"] == 0 for row in board["rows"]]
        self.assertEqual(feasible, sorted(feasible, reverse=True))
        self.assertTrue(feasible[0])
        for row in board["rows"]:
            size = 20 - 2 * row["trial"]["configuration"]["n"]
            self.assertEqual(row["trial"]["constraint_values"], {"size": size})
            self.assertEqual(row["trial"]["violation"] == 0, size < 12)
            self.assertEqual(row["missed"], {} if size < 12 else {"size < 12": size - 12})
        self.assertEqual(board["baseline"]["trial"]["value"], 0)
        self.assertIn("misses size < 12 by 8", self.ok("board", "bounded"))
        self.assertIn("misses size < 12 by 8", self.ok("show", "bounded/0"))
        self.assertIn("the baseline misses", self.ok("status", "bounded"))
        best = self.home.json("status", "bounded")["best"]
        self.assertEqual(best["number"], board["rows"][0]["trial"]["number"])
        self.assertEqual(self.ok("export", "bounded").splitlines()[0],
                         "number,state,loss,size,feasible,x,n,baseline,enqueued,repeat_of,duration_s,reason")

    def test_a_study_with_two_objectives(self):
        out = self.ok("start", self.home.study(
            "study: two\ncommand: 'echo cost=${x}; echo gain=$((${n} * ${n}))'\n"
            "metrics: {cost: 'cost=(.*)', gain: 'gain=(.*)'}\n"
            "objective: [{metric: cost, goal: minimize}, {metric: gain, goal: maximize}]\n"
            "space: {x: {float: [0, 1]}, n: {int: [0, 9]}}\nparallel: 4\nbudget: {trials: 16}\nseed: 1\n"))
        self.assertIn("on the front: cost ", out)
        board = json.loads(self.ok("board", "two", "--json"))
        points = [(row["front"], row["trial"]["values"]) for row in board["rows"]]
        self.assertEqual(points, sorted(points, key=lambda one: (one[0], one[1][0])))
        for front, (cost, gain) in points:
            beaten = any(c <= cost and g >= gain and (c, g) != (cost, gain) for _, (c, g) in points)
            self.assertEqual(front > 1, beaten, (cost, gain))
        status = self.home.json("status", "two")
        self.assertEqual(status["front_size"], sum(front == 1 for front, _ in points))
        self.assertNotIn("best", status)
        self.assertIn("●", self.ok("report", "two"))
        page = self.home.path / "report.html"
        self.ok("report", "two", "--html", page)
        self.assertIn("both objectives of all trials", page.read_text())

    def test_tell_takes_every_metric(self):
        self.ok("start", self.home.study(
            "study: told\nobjective: [{metric: acc, goal: maximize}, {metric: cost, goal: minimize}]\n"
            "constraints: [\"latency_ms < 20\"]\nspace: {x: {int: [1, 9]}}\nbudget: {trials: 2}\n"))
        self.ok("ask", "told", "-n", "2")
        missing = self.home.run("tell", "told/0", "0.9")
        self.assertEqual(missing.returncode, 2)
        self.assertIn("cost is missing; tell all of acc, cost, latency_ms", missing.stderr)
        self.ok("tell", "told/0", "acc=0.9", "cost=3", "latency_ms=12")
        self.ok("tell", "told/0", "0.9", "cost=3", "latency_ms=12")
        self.assertEqual(self.home.run("tell", "told/0", "acc=0.9", "cost=3", "latency_ms=13").returncode, 2)
        self.ok("tell", "told/1", "acc=0.95", "cost=1", "latency_ms=25")
        board = json.loads(self.ok("board", "told", "--json"))
        self.assertEqual([row["trial"]["number"] for row in board["rows"]], [0, 1])
        self.assertEqual([row["front"] for row in board["rows"]], [1, 0])

    def test_plain_sessions(self):
        done = self.home.run("run", "-e", "WORD=hello", "--", 'echo "$WORD"; echo low >&2; exit 3')
        self.assertEqual((done.returncode, done.stdout), (3, "hello\n"), done.stderr)
        self.assertIn("low", done.stderr)
        done = self.home.run("run", "-d", str(self.home.path), "--", "sh", "-c", "echo $AUTOML_SESSION $AUTOML_DATASET")
        self.assertRegex(done.stdout, r"^\w+/automl-e2e-\w+/1 /")
        done = self.home.run("run", "-g", "3", "--", "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("largest has", done.stderr)

    def test_ctrl_c_detaches(self):
        client = self.home.spawn("run", "--", "sleep 2; echo finished")
        home.wait_until(lambda: self.home.json("ps")["rows"])
        client.send_signal(signal.SIGINT)
        out, err = client.communicate(timeout=20)
        self.assertEqual(client.returncode, 0)
        self.assertIn("the session goes on", err)
        name = self.home.json("ps", "-a")["rows"][0]["session"]["name"]
        self.assertIn("finished", self.ok("logs", "-f", name))

    def test_report_from_a_shell_script(self):
        done = self.home.run("run", "--", f"{home.BIN}/automl report step=3 loss=0.25; {home.BIN}/automl report loss=nan")
        self.assertEqual(done.stdout, "continue\ncontinue\n", done.stderr)
        outside = subprocess.run([home.BIN / "automl", "report", "loss=1"], capture_output=True, text=True)
        self.assertEqual(outside.returncode, 0)

    def test_python_sdk(self):
        script = self.home.path / "train.py"
        script.write_text("import automl\np = automl.params({'x': 1})\n"
                          "automl.save('state', {'epoch': 2})\nassert automl.load('state') == {'epoch': 2}\n"
                          "for step in range(3):\n    automl.report(step=step, loss=p.x * 0 + 1 / (step + 1))\n"
                          "assert automl.should_stop() is False\n")
        self.ok("start", self.home.study(
            f"study: sdk\ncommand: /usr/bin/python3 {script}\nobjective: {{metric: loss, goal: minimize}}\n"
            "space: {x: {float: [0, 1]}}\nbudget: {trials: 2}\n"))
        detail = self.home.json("show", "sdk/1")
        self.assertAlmostEqual(detail["trial"]["value"], 1 / 3)
        self.assertEqual([m["measurement"]["step"] for m in detail["measurements"]], [0, 1, 2])

    def test_engine_stops_and_comes_back(self):
        self.ok("server", "start")
        self.assertIn("runs", self.ok("server", "status"))
        second = subprocess.run([home.BIN / "automld", "--home", self.home.path], env=self.home.env,
                                capture_output=True, text=True)
        self.assertEqual(second.returncode, 2)
        self.ok("server", "stop")
        self.assertEqual(self.home.run("server", "status").returncode, 3)
        self.ok("ps")
        self.assertIsNotNone(self.home.engine_pid())

    def test_an_engine_killed_while_it_starts_is_started_again(self):
        folder = self.home.path / "bin"
        folder.mkdir()
        shutil.copy(home.BIN / "automl", folder)
        engine = folder / "automld"
        engine.write_text(f'#!/bin/sh\necho try >> {folder}/tries\n'
                          f'[ $(wc -l < {folder}/tries) -ge $TRIES ] && exec {home.BIN}/automld "$@"\nexit 1\n')
        engine.chmod(0o755)
        for tries, code in ((9, 3), (6, 0)):  # three times in vain; then the third works
            done = subprocess.run([folder / "automl", "ps"], env=dict(self.home.env, TRIES=str(tries)),
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual("did not start" in done.stderr, code != 0)

    def test_bad_usage(self):
        self.assertEqual(self.home.run("nonsense").returncode, 2)
        self.assertEqual(self.home.run("start", "/no/such.yaml").returncode, 2)
        self.assertEqual(self.home.run("show", "nothing").returncode, 2)
        unreachable = self.home.run("--server", "127.0.0.1:1", "ps")
        self.assertEqual(unreachable.returncode, 3)
        self.assertEqual(len(unreachable.stderr.splitlines()), 1)


if __name__ == "__main__":
    home.main()
