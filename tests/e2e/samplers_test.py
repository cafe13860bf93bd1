# SPDX-License-Identifier: Apache-2.0
"""Every algorithm with every kind of parameter, constraint and objective, from a study file to the board."""
import inspect
import json
import math
import re

import home

SPACE = """space:
  lr:        {float: [1e-4, 1], log: true}
  rate:      {float: [0, 1], step: 0.125}
  depth:     {int: [1, 6]}
  optimizer: {choice: [sgd, adam]}
  momentum:  {float: [0, 0.99], when: {optimizer: sgd}}
  width:     {ordinal: [16, 32, 64]}
  norm:      {bool: }
  deep:      {int: [1, 3], when: {depth: ">= 4"}}
  epochs:    {fixed: 3}
forbid: ["depth == 6 and width == 64"]
"""
METRICS = "metrics: {loss: 'loss=(\\S+)', size: 'size=(\\S+)', time: 'time=(\\S+)', memory: 'memory=(\\S+)'}\n"


def loss_of(p):
    loss = (math.log10(p["lr"]) + 2) ** 2 + abs(p["rate"] - 0.5) + 0.1 * p.get("momentum", 0.5) + 0.01 * p.get("deep", 2)
    return loss + (p["optimizer"] == "sgd") * 0.3 + p["norm"] * 0.1


# Three measurements of a loss that falls and rises again, a size, a time and a memory.
PROGRAM = f"""import json, math, os
{inspect.getsource(loss_of)}
p = json.load(open(os.environ["AUTOML_PARAMS"]))
loss = loss_of(p)
for part in (3, 1, 2):
    print(f"loss={{loss + part}}")
print(f"size={{p['depth'] * p['width']}}", f"time={{p['depth'] + (p['optimizer'] == 'sgd')}}", f"memory={{p['width'] - loss}}")
"""


class Samplers(home.EndToEnd):
    def file(self, name, trials=12, **keys):
        program = self.home.path / "program.py"
        program.write_text(PROGRAM)
        text = (f"study: {name}\ncommand: /usr/bin/python3 {program}\n{METRICS}{SPACE}parallel: 8\nbudget: {{trials: {trials}}}\n"
                "seed: 5\n")
        return self.home.study(text + "".join(f"{key}: {value}\n" for key, value in keys.items()))

    def algorithms(self):
        """All there are, by the engine's own word."""
        done = self.home.run("check", self.file("none", objective="{metric: loss, goal: minimize}", algorithm="annealing"))
        self.assertEqual(done.returncode, 2)
        found = re.search(r'unknown algorithm "annealing"; there are (.*)', done.stderr + done.stdout).group(1).split(", ")
        self.assertLessEqual({"auto", "random", "sobol", "grid", "latin", "tpe", "gp", "cmaes", "nsga2"}, set(found))
        return found

    def finished(self, name, trials, algorithm):
        """The trials of a study that is done; each has all metrics and lies in the space, and none is there twice."""
        rows = self.trials(name)
        self.assertEqual([row["state"] for row in rows.values()], ["complete"] * trials, algorithm)
        seen = set()
        for row in rows.values():
            p = row["configuration"]
            self.assertTrue(1e-4 <= p["lr"] <= 1 and p["rate"] * 8 in range(9) and p["depth"] in range(1, 7), p)
            self.assertTrue(p["width"] in (16, 32, 64) and isinstance(p["norm"], bool) and p["epochs"] == 3, p)
            self.assertEqual("momentum" in p, p["optimizer"] == "sgd", p)
            self.assertEqual("deep" in p, p["depth"] >= 4, p)
            self.assertFalse(p["depth"] == 6 and p["width"] == 64, p)
            seen.add(json.dumps(p, sort_keys=True))
        self.assertEqual(len(seen), trials, algorithm)
        return rows

    def test_every_algorithm_with_a_constraint(self):
        for algorithm in self.algorithms():
            with self.subTest(algorithm):
                name = f"one-{algorithm}"
                self.ok("start", self.file(name, objective="{metric: loss, goal: minimize, value: best}",
                                           constraints='["size <= 192", "time > 1"]', algorithm=algorithm))
                rows = self.finished(name, 12, algorithm)
                for row in rows.values():
                    self.assertAlmostEqual(row["value"], loss_of(row["configuration"]) + 1, places=9)
                reasons = {row["proposed_because"].split(":")[0] for row in rows.values()}
                if algorithm not in ("auto", "cmaes"):
                    self.assertEqual(reasons, {algorithm})
                board = self.home.json("board", name)["rows"]
                feasible = [row["trial"]["configuration"]["depth"] * row["trial"]["configuration"]["width"] <= 192 and
                            row["trial"]["configuration"]["depth"] + (row["trial"]["configuration"]["optimizer"] == "sgd") > 1
                            for row in board]
                self.assertEqual([row["trial"]["violation"] == 0 for row in board], feasible)
                self.assertEqual(feasible, sorted(feasible, reverse=True))
                values = [row["trial"]["value"] for row, good in zip(board, feasible) if good]
                self.assertEqual(values, sorted(values))

    def test_every_algorithm_with_several_objectives(self):
        several = "[{metric: loss, goal: minimize, value: best}, {metric: size, goal: maximize}, {metric: time, goal: minimize}%s]"
        refused = {}
        for algorithm in self.algorithms():
            for more in ("", ", {metric: memory, goal: minimize}"):
                name = f"front-{algorithm}-{len(more)}"
                file = self.file(name, objective=several % more, constraints='["memory < 60"]', algorithm=algorithm)
                done = self.home.run("start", file)
                if done.returncode != 0:
                    refused[algorithm] = done.stderr
                    continue
                with self.subTest(name):
                    rows = self.finished(name, 12, algorithm)
                    points = [(*row["values"][:1], -row["values"][1], *row["values"][2:]) for row in rows.values()]
                    met = [row["configuration"]["width"] - loss_of(row["configuration"]) < 60 for row in rows.values()]
                    front = {number for number, (mine, good) in enumerate(zip(points, met)) if good and not any(
                        fine and other != mine and all(a <= b for a, b in zip(other, mine)) for other, fine in zip(points, met))}
                    board = self.home.json("board", name)["rows"]
                    self.assertEqual({row["trial"]["number"] for row in board if row["front"] == 1}, front)
        self.assertEqual(set(refused), {"cmaes"})
        self.assertIn("cmaes takes at most 1 objective", refused["cmaes"])

    def test_every_rule_for_the_value_and_every_comparison(self):
        rules = {"last": 2, "best": 1, "mean(last 2)": 1.5, "mean(last 3)": 2}
        bounds = {"size < 96": lambda p: p["depth"] * p["width"] < 96, "size <= 96": lambda p: p["depth"] * p["width"] <= 96,
                  "time > 3": lambda p: p["depth"] + (p["optimizer"] == "sgd") > 3,
                  "time >= 3": lambda p: p["depth"] + (p["optimizer"] == "sgd") >= 3}
        for number, ((rule, more), (bound, holds)) in enumerate(zip(rules.items(), bounds.items())):
            with self.subTest(rule + ", " + bound):
                name = f"rule-{number}"
                self.ok("start", self.file(name, objective=f"{{metric: loss, goal: minimize, value: {rule}}}",
                                           constraints=f'["{bound}"]', algorithm="{gp: {initial: 4, hyperparameter_samples: 3}}"))
                rows = self.finished(name, 12, "gp")
                for row in rows.values():
                    self.assertAlmostEqual(row["value"], loss_of(row["configuration"]) + more, places=9)
                for row in self.home.json("board", name)["rows"]:
                    self.assertEqual(row["trial"]["violation"] == 0, holds(row["trial"]["configuration"]), row)


if __name__ == "__main__":
    home.main()
