# SPDX-License-Identifier: Apache-2.0
"""The programs as `cmake --install` leaves them: they find each other and the SDK, away from the source tree."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import home

INSTALLED = ("bin/automl", "bin/automld", "bin/automl-runner", "include/automl.hpp",
             "share/automl/python/automl/__init__.py", "share/bash-completion/completions/automl",
             "share/zsh/site-functions/_automl", "share/doc/automl/LICENSE", "share/doc/automl/docs/user-guide.md")


class Install(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="automl-install-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.prefix = self.folder / "prefix"
        subprocess.run([os.environ["AUTOML_TEST_CMAKE"], "--install", home.BIN.parent, "--prefix", self.prefix,
                        "--component", "programs"], check=True, capture_output=True)
        for name in ("PYTHONPATH", "AUTOML_PYTHONPATH", "AUTOML_SERVER"):
            os.environ.pop(name, None)

    def automl(self, *args):
        environment = dict(os.environ, AUTOML_HOME=str(self.folder / "home"), NO_COLOR="1",
                           PATH=f"{self.prefix / 'bin'}:/usr/bin:/bin")
        return subprocess.run(["automl", *map(str, args)], env=environment, cwd=self.folder, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=120)

    def test_a_study_runs_from_the_prefix(self):
        for file in INSTALLED:
            self.assertTrue((self.prefix / file).exists(), file)
        study = self.folder / "study"
        study.mkdir()
        (study / "train.py").write_text(
            "import automl\nassert automl.__file__.startswith(%r), automl.__file__\n"
            "automl.report(step=0, loss=automl.params({'x': 1}).x ** 2)\n" % str(self.prefix))
        (study / "study.yaml").write_text(
            "study: installed\ncode: .\ncommand: /usr/bin/python3 train.py\n"
            "objective: {metric: loss, goal: minimize}\nspace: {x: {float: [-1, 1]}}\nbudget: {trials: 3}\n")
        try:
            done = self.automl("start", study / "study.yaml")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("3 complete", done.stdout)
        finally:
            self.assertEqual(self.automl("server", "stop").returncode, 0)


if __name__ == "__main__":
    unittest.main()
