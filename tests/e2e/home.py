# SPDX-License-Identifier: Apache-2.0
"""A home of its own for each test: the real programs, no other engine touched."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["AUTOML_TEST_BIN"])


def wait_until(condition, timeout_s=30, what="condition"):
    """Returns the condition's first true value; polls, because the programs are separate processes."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"no {what} within {timeout_s} s")


class Home:
    def __init__(self, config="cpus: 8\n"):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="automl-e2e-"))
        (self.path / "config.yaml").write_text(config)
        self.env = dict(os.environ, AUTOML_HOME=str(self.path), NO_COLOR="1", USER="tester")

    def run(self, *args, timeout=120, **options):
        """A finished `automl` call: returncode, stdout, stderr."""
        return subprocess.run([BIN / "automl", *map(str, args)], env=self.env, capture_output=True,
                              text=True, timeout=timeout, stdin=subprocess.DEVNULL, **options)

    def spawn(self, *args):
        return subprocess.Popen([BIN / "automl", *map(str, args)], env=self.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def json(self, *args):
        done = self.run(*args, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def study(self, text, name="study.yaml"):
        file = self.path / name
        file.write_text(text)
        return file

    def engine_pid(self):
        """Of the engine that holds the lock, or None."""
        try:
            pid = int((self.path / "engine.lock").read_text().split()[0])
            os.kill(pid, 0)
            return pid if b"automld" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() else None
        except (OSError, ValueError, IndexError):
            return None

    def kill_engine(self):
        """kill -9; returns whether there was one to kill."""
        pid = self.engine_pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: self.engine_pid() != pid, what="end of the engine")
        return True

    def tagged(self):
        """Pids of runners and programs of this home's attempts."""
        found = []
        home = f"AUTOML_ATTEMPT=".encode()
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    environ = (entry / "environ").read_bytes()
                    cwd = os.readlink(entry / "cwd")
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if home in environ and (str(self.path) in cwd or str(self.path).encode() in line + environ):
                    found.append(int(entry.name))
        return found

    def processes(self):
        """Pids of all that was started in this home: clients, engines, runners and programs."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if f"AUTOML_HOME={self.path}\0".encode() in (entry / "environ").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found

    def close(self):
        self.run("server", "stop")

        def none_left():
            left = self.processes()  # a client may just be starting an engine
            for pid in left + self.tagged():
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            return not left
        wait_until(none_left, what="end of all processes")
        shutil.rmtree(self.path, ignore_errors=True)


class EndToEnd(unittest.TestCase):
    config = "cpus: 8\n"

    def setUp(self):
        self.home = Home(self.config)
        self.addCleanup(self.home.close)

    def ok(self, *args, **options):
        """What an `automl` call that must succeed prints."""
        done = self.home.run(*args, **options)
        self.assertEqual(done.returncode, 0, f"{args}: {done.stdout}{done.stderr}")
        return done.stdout

    def trials(self, study):
        """All trials by number, as exported."""
        done = self.home.run("export", study, "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        return {row["number"]: row for row in (rows["trials"] if isinstance(rows, dict) else rows)}


def main():
    print("seed", os.environ.get("AUTOML_TEST_SEED", "drawn"), file=sys.stderr)
    unittest.main(verbosity=2)
