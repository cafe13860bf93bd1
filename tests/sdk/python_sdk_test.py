# SPDX-License-Identifier: Apache-2.0
"""The Python SDK against a scripted runner, and by hand."""
import contextlib
import io
import json
import math
import os
import pathlib
import pickle
import socket
import sys
import tempfile
import threading
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "sdk" / "python"))
import automl  # noqa: E402
from automl import _runner  # noqa: E402


class ScriptedRunner:
    """Answers each line by `answer(message)`; None closes the connection. Keeps all messages."""

    def __init__(self, folder, answer=None):
        self.path = os.path.join(folder, "socket")
        self.messages = []
        self.connections = 0
        self.answer = answer or (lambda message: {"verdict": "continue", "reason": ""})
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rwb") as stream:
            for line in stream:
                message = json.loads(line)
                self.messages.append(message)
                reply = self.answer(message)
                if reply is None:
                    return
                stream.write(json.dumps(reply).encode() + b"\n")
                stream.flush()

    def close(self):
        self._listener.close()


class SdkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="automl-sdk-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AUTOML_")}
        patch = mock.patch.dict(os.environ, kept, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        _runner._channel, _runner._last = _runner._Channel(), automl.Verdict("continue")

    def session(self, answer=None):
        runner = ScriptedRunner(self.folder, answer)
        self.addCleanup(runner.close)
        os.environ["AUTOML_SOCKET"] = runner.path
        return runner


class Params(SdkTest):
    def test_by_hand_the_defaults(self):
        params = automl.params({"lr": 0.1}, depth=3)
        self.assertEqual((params.lr, params["depth"]), (0.1, 3))
        with self.assertRaisesRegex(AttributeError, "no parameter 'width'; there are lr, depth"):
            params.width

    def test_inside_the_trials_over_the_defaults(self):
        path = pathlib.Path(self.folder, "params.json")
        path.write_text('{"lr": 1e-05, "name": "a\\u00e9\\"", "flag": true}', encoding="utf-8")
        os.environ["AUTOML_PARAMS"] = str(path)
        params = automl.params({"lr": 0.1, "extra": 2})
        self.assertEqual(params, {"lr": 1e-05, "name": 'a\u00e9"', "flag": True, "extra": 2})
        self.assertEqual(dict(**params), params)
        self.assertEqual(pickle.loads(pickle.dumps(params)).lr, 1e-05)


    def test_tells_what_it_has_read(self):
        path = pathlib.Path(self.folder, "params.json")
        path.write_text('{"lr": 1e-05}', encoding="utf-8")
        os.environ["AUTOML_PARAMS"] = str(path)
        runner = self.session(lambda m: {"noted": True})
        automl.params({"lr": 0.1, "extra": 2})

        class Scalar:
            def item(self):
                return 0.5

        automl.uses(lr=Scalar(), name="a", nothing=None)
        self.assertEqual([message["uses"] for message in runner.messages],
                         [{"lr": 1e-05}, {"lr": 0.5, "name": "a", "nothing": "None"}])

    def test_by_hand_nobody_is_told(self):
        automl.uses(lr=1)

    def test_follows_a_schedule(self):
        path = pathlib.Path(self.folder, "best.json")
        path.write_text(json.dumps({"trial": 3, "seed": 7, "schedule": [
            {"trial": 1, "first_step": 1, "last_step": 3, "configuration": {"lr": 0.1}},
            {"trial": 3, "first_step": 4, "last_step": 6, "configuration": {"lr": 0.2}}]}))
        schedule = automl.Schedule(path)
        self.assertEqual(schedule.seed, 7)
        self.assertEqual([schedule.at(step).lr for step in (0, 1, 3, 4, 6, 9)], [0.1, 0.1, 0.1, 0.2, 0.2, 0.2])


class Report(SdkTest):
    def test_the_seed_is_the_trials(self):
        self.assertEqual((automl.seed(), automl.seed(7)), (0, 7))
        with mock.patch.dict(os.environ, {"AUTOML_SEED": "2147483647"}):
            self.assertEqual(automl.seed(7), 2**31 - 1)

    def test_by_hand_it_prints(self):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self.assertEqual(automl.report(step=3, loss=0.25), "continue")
            automl.report(accuracy=1)
        self.assertEqual(printed.getvalue(), "[automl] step 3 loss=0.25\n[automl] accuracy=1\n")
        self.assertFalse(automl.should_stop())
        self.assertFalse(automl.inside())

    def test_sends_numbers_and_returns_the_verdict(self):
        class Scalar:
            def __float__(self):
                return 0.5

        runner = self.session(lambda m: {"verdict": "stop", "reason": "worse than others"})
        verdict = automl.report(step=2, loss=Scalar(), bad=float("nan"), worse=-math.inf, flag=True)
        self.assertEqual(verdict, "stop")
        self.assertTrue(verdict.stops)
        self.assertEqual(verdict.reason, "worse than others")
        sent = runner.messages[0]["report"]
        self.assertEqual((sent["step"], sent["loss"], sent["worse"], sent["flag"]), (2, 0.5, -math.inf, 1.0))
        self.assertTrue(math.isnan(sent["bad"]))
        self.assertTrue(automl.should_stop())
        self.assertEqual(len(runner.messages), 1, "a stop is final, it is not asked for again")

    def test_one_connection_for_many_reports(self):
        runner = self.session()
        for step in range(50):
            automl.report(step=step, loss=step)
            self.assertFalse(automl.should_stop())
        self.assertEqual(len(runner.messages), 100)
        self.assertEqual(runner.connections, 1)
        self.assertEqual(runner.messages[1], {"verdict": {}})

    def test_refusals_are_errors_of_the_program(self):
        self.session(lambda m: {"error": "a report needs at least one metric"})
        with self.assertRaisesRegex(ValueError, "at least one metric"):
            automl.report(step=1)
        with self.assertRaisesRegex(TypeError, "metric 'loss' must be a number, got str"):
            automl.report(loss="high")
        with self.assertRaises(TypeError):
            automl.report(loss=None)

    def test_a_lost_connection_is_made_again(self):
        answers = [None, {"verdict": "continue"}, {"verdict": "continue"}]
        runner = self.session(lambda m: answers.pop(0))
        self.assertEqual(automl.report(loss=1), "continue")
        self.assertEqual(automl.report(loss=2), "continue")
        self.assertEqual(runner.connections, 2)

    def test_without_a_runner_the_program_goes_on_and_is_told_once(self):
        os.environ["AUTOML_SOCKET"] = os.path.join(self.folder, "nobody")
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.assertEqual(automl.report(loss=1), "continue")
            self.assertFalse(automl.should_stop())
        self.assertEqual(said.getvalue().count("does not answer"), 1)

    def test_threads_share_it(self):
        runner = self.session()
        threads = [threading.Thread(target=lambda: [automl.report(loss=1) for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(runner.messages), 400)

    def test_forked_processes_have_their_own(self):
        runner = self.session()
        automl.report(loss=0)
        children = []
        for number in range(4):
            pid = os.fork()
            if pid == 0:
                ok = all(automl.report(child=number) == "continue" for _ in range(20))
                os._exit(0 if ok else 1)
            children.append(pid)
        for pid in children:
            self.assertEqual(os.waitpid(pid, 0)[1], 0)
        automl.report(loss=1)
        self.assertEqual(len(runner.messages), 82)
        self.assertEqual(runner.connections, 5)


class Files(SdkTest):
    def setUp(self):
        super().setUp()
        os.environ["AUTOML_CHECKPOINT"] = os.path.join(self.folder, "checkpoint")

    def test_objects_and_bytes_come_back_as_they_were(self):
        for value in ({"a": [1, 2]}, b"raw", b"", pickle.dumps(3), b"automl-pickle-1\nxyz", bytearray(b"x"), None, 0.5):
            path = automl.save("state", value)
            self.assertEqual(automl.load("state", "nothing"), value)
            self.assertEqual(os.listdir(path.parent), ["state"])

    def test_raw_bytes_are_the_file(self):
        self.assertEqual(automl.save("weights.bin", b"\0\1\2").read_bytes(), b"\0\1\2")

    def test_files_are_copied(self):
        source = pathlib.Path(self.folder, "model")
        source.write_bytes(b"weights")
        automl.save("model", source)
        self.assertEqual(automl.load("model"), b"weights")

    def test_nothing_saved_is_the_default(self):
        self.assertIsNone(automl.load("missing"))
        self.assertEqual(automl.load("missing", 7), 7)

    def test_a_failed_save_leaves_the_one_before(self):
        path = automl.save("state", 1)
        with self.assertRaises(Exception):
            automl.save("state", lambda: 0)
        self.assertEqual(automl.load("state"), 1)
        self.assertEqual(os.listdir(path.parent), ["state"])

    def test_saved_means_that_the_runner_has_it(self):
        runner = self.session(lambda message: {"saved": True})
        path = automl.save("state", 1)
        self.assertEqual(runner.messages, [{"save": {"name": "state"}}])
        self.assertEqual(path.stat().st_mode & 0o777, 0o444)
        automl.save("state", 2)  # replaces what is read-only
        self.assertEqual(automl.load("state"), 2)

    def test_what_the_runner_cannot_keep_is_an_error(self):
        self.session(lambda message: {"error": "no checkpoint: disk full"})
        with self.assertRaisesRegex(OSError, "no checkpoint: disk full"):
            automl.save("state", 1)

    def test_names_are_plain(self):
        for name in ("", "../x", "a/b", ".hidden", ".."):
            with self.assertRaises(ValueError):
                automl.save(name, 1)
            with self.assertRaises(ValueError):
                automl.load(name)

    def test_datasets_by_name(self):
        with self.assertRaisesRegex(KeyError, "no dataset here"):
            automl.dataset()
        os.environ["AUTOML_DATASET"] = os.environ["AUTOML_DATASET_DIGITS_SMALL"] = "/data/digits-small"
        self.assertEqual(automl.dataset(), pathlib.Path("/data/digits-small"))
        self.assertEqual(automl.dataset("digits-small"), pathlib.Path("/data/digits-small"))
        with self.assertRaisesRegex(KeyError, "AUTOML_DATASET_DIGITS_SMALL"):
            automl.dataset("other")

    def test_output_is_made(self):
        os.environ["AUTOML_OUTPUT"] = os.path.join(self.folder, "deep", "output")
        self.assertTrue(automl.output().is_dir())


if __name__ == "__main__":
    unittest.main()
