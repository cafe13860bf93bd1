# SPDX-License-Identifier: Apache-2.0
"""Reports to the runner beside this program, over the socket at AUTOML_SOCKET: JSON lines, one answer each."""
import json
import os
import socket
import sys
import threading

_TIMEOUT_S = 30


class Verdict(str):
    """"continue", "stop" or "pause": compares as that word. `reason` says why, `stops` whether to end."""

    def __new__(cls, word, reason=""):
        verdict = super().__new__(cls, word)
        verdict.reason = reason
        return verdict

    @property
    def stops(self):
        return self != "continue"


class _Channel:
    """A connection to the runner. One per process: a forked child must not share its parent's."""

    def __init__(self):
        self._lock = threading.Lock()
        self._socket = None
        self._stream = None
        self._owner = None
        self._warned = False

    def ask(self, message, timeout=_TIMEOUT_S):
        """One line to the runner, one line back; None when it does not answer."""
        line = json.dumps(message).encode() + b"\n"
        with self._lock:
            for _ in range(2):  # the second time with a new connection
                try:
                    return json.loads(self._exchange(line, timeout))
                except (OSError, ValueError) as error:
                    self._stream, failure = None, error
            if not self._warned:
                self._warned = True
                print("[automl] the runner does not answer: {}".format(failure), file=sys.stderr, flush=True)
            return None

    def _exchange(self, line, timeout):
        if self._stream is None or self._owner != os.getpid():
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(_TIMEOUT_S)
            self._socket.connect(os.environ["AUTOML_SOCKET"])
            self._stream, self._owner = self._socket.makefile("rwb"), os.getpid()
            self._socket.close()  # the stream keeps the connection open
        self._socket.settimeout(timeout)
        self._stream.write(line)
        self._stream.flush()
        answer = self._stream.readline()
        if not answer.endswith(b"\n"):
            raise OSError("the connection was closed")
        return answer


_channel = _Channel()
_last = Verdict("continue")


def _forget_after_fork():
    global _channel
    _channel = _Channel()  # the lock might be held by a thread that is not here


os.register_at_fork(after_in_child=_forget_after_fork)


def _number(name, value):
    """A float of anything that is one: numbers, numpy scalars, one-element tensors."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError("metric {!r} must be a number, got {}".format(name, type(value).__name__)) from None


def _verdict_of(answer):
    global _last
    if answer is None:
        return _last
    if "error" in answer:
        raise ValueError("automl: " + answer["error"])
    _last = Verdict(answer.get("verdict", "continue"), answer.get("reason", ""))
    return _last


def report(step=None, **metrics):
    """Reports metrics at a step (a whole number; counted up when left out).

    Returns the verdict: equal to "continue", "stop" or "pause". Not-a-number and infinity are recorded as they
    are. Raises TypeError for a value that is no number, ValueError when the runner refuses the report (no
    metric, step not whole). When the runner cannot be reached it says so once and goes on.
    """
    message = {name: _number(name, value) for name, value in metrics.items()}
    if "AUTOML_SOCKET" not in os.environ:
        shown = " ".join("{}={:.6g}".format(name, value) for name, value in message.items())
        print("[automl] {}{}".format("" if step is None else "step {} ".format(step), shown), flush=True)
        return Verdict("continue")
    if step is not None:
        message["step"] = int(step)
    return _verdict_of(_channel.ask({"report": message}))


def keep_checkpoint(name):
    """Waits until the runner has made what is in the checkpoint folder durable."""
    if "AUTOML_SOCKET" not in os.environ:
        return
    answer = _channel.ask({"save": {"name": name}}, timeout=None)
    if answer is not None and "error" in answer:
        raise OSError("automl: " + answer["error"])


def tell_uses(parameters):
    """Tells the runner the values of parameters, a mapping."""
    if "AUTOML_SOCKET" not in os.environ or not parameters:
        return
    answer = _channel.ask({"uses": parameters})
    if answer is not None and "error" in answer:
        raise ValueError("automl: " + answer["error"])


def should_stop():
    """Whether the program has been asked to end. Cheap enough for every batch."""
    if "AUTOML_SOCKET" in os.environ and not _last.stops:
        _verdict_of(_channel.ask({"verdict": {}}))
    return _last.stops
