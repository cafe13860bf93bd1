# SPDX-License-Identifier: Apache-2.0
"""What a training program says to automl, and hears from it.

Inside a session the calls reach the runner beside the program; outside, they print what they would have
reported, so a script runs unchanged by hand. Standard library only; may be used from any thread.

    import automl
    params = automl.params({"lr": 0.1})         # values by hand; inside a trial: the trial's
    for epoch in range(30):
        ...
        if automl.report(step=epoch, val_accuracy=accuracy) != "continue":
            break
"""
import json
import os
import pathlib
import pickle
import socket
import sys
import tempfile
import threading

__all__ = ["Params", "params", "report", "should_stop", "save", "load", "dataset", "output", "inside"]

_lock = threading.Lock()
_connection = None
_stopping = False


class Params(dict):
    """Parameters by key or by attribute: `params["lr"]`, `params.lr`."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no parameter {name!r}; there are {', '.join(map(str, self)) or 'none'}") from None


def inside():
    """Whether this program runs in a session of automl."""
    return "AUTOML_SOCKET" in os.environ


def params(defaults=None):
    """The trial's parameters, over `defaults` (a mapping) for those that it does not have.

    Returns a `Params`. Outside a trial: the defaults. Inactive parameters of a conditional space are absent
    unless the defaults have them.
    """
    values = Params(defaults or {})
    path = os.environ.get("AUTOML_PARAMS")
    if path:
        with open(path, encoding="utf-8") as file:
            values.update(json.load(file))
    return values


def _call(message):
    """One line to the runner, one line back."""
    global _connection
    with _lock:
        for fresh in (False, True):
            try:
                if _connection is None or fresh:
                    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                    channel.settimeout(30)
                    channel.connect(os.environ["AUTOML_SOCKET"])
                    _connection = channel.makefile("rwb")
                _connection.write(json.dumps(message).encode() + b"\n")
                _connection.flush()
                line = _connection.readline()
                if line:
                    return json.loads(line)
            except OSError:
                pass
            _connection = None
    return {"verdict": "continue", "reason": "the runner does not answer"}


def _number(name, value):
    """A float of anything that is one: numbers, numpy scalars, one-element tensors."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"metric {name!r} must be a number, got {type(value).__name__}") from None


def report(step=None, **metrics):
    """Reports metrics at a step (a whole number; counted up when left out).

    Returns "continue", "stop" or "pause". Not-a-number and infinity are recorded as they are. Raises TypeError
    for a value that is no number, ValueError when the runner refuses the report.
    """
    global _stopping
    message = {name: _number(name, value) for name, value in metrics.items()}
    if not inside():
        shown = " ".join(f"{name}={value:.6g}" for name, value in message.items())
        print(f"[automl] {'' if step is None else f'step {step} '}{shown}", flush=True)
        return "continue"
    if step is not None:
        message["step"] = int(step)
    answer = _call({"report": message})
    if "error" in answer:
        raise ValueError("automl: " + answer["error"])
    _stopping = answer["verdict"] != "continue"
    return answer["verdict"]


def should_stop():
    """Whether the program has been asked to end. Cheap enough for every batch."""
    global _stopping
    if inside() and not _stopping:
        _stopping = _call({"verdict": {}}).get("verdict", "continue") != "continue"
    return _stopping


def _folder(variable, fallback):
    folder = pathlib.Path(os.environ.get(variable) or fallback)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _checkpoint(name):
    if not name or "/" in name or name.startswith("."):
        raise ValueError(f"a checkpoint's name is a plain file name, got {name!r}")
    return _folder("AUTOML_CHECKPOINT", "checkpoint") / name


def save(name, value):
    """Keeps `value` under `name` for later attempts: bytes as they are, anything else pickled.

    The file is whole or absent: a crash while saving leaves the one before. Returns its path.
    """
    path = _checkpoint(name)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".saving-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(value if isinstance(value, bytes) else pickle.dumps(value))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
    return path


def load(name, default=None):
    """What was saved under `name`: unpickled, or bytes if it is no pickle; `default` when there is nothing.

    Pickle runs code: the checkpoint folder belongs to this session alone.
    """
    path = _checkpoint(name)
    if not path.exists():
        return default
    content = path.read_bytes()
    try:
        return pickle.loads(content)
    except Exception:
        return content


def dataset(name=None):
    """Path of the session's dataset (the first one, or by name). Raises KeyError with what there is."""
    variable = "AUTOML_DATASET" if name is None else "AUTOML_DATASET_" + "".join(
        c.upper() if c.isalnum() else "_" for c in name)
    if variable not in os.environ:
        known = sorted(v for v in os.environ if v.startswith("AUTOML_DATASET"))
        raise KeyError(f"no dataset here: {variable} is not set (set are: {', '.join(known) or 'none'})")
    return pathlib.Path(os.environ[variable])


def output():
    """The folder for files to keep; by hand: ./output."""
    return _folder("AUTOML_OUTPUT", "output")
