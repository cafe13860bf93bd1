# SPDX-License-Identifier: Apache-2.0
"""Where a session's files are: checkpoints, output, datasets."""
import os
import pathlib
import pickle
import shutil
import tempfile

from automl._runner import keep_checkpoint

# Marks what `save` has pickled, so that bytes come back as bytes whatever is in them.
_PICKLED = b"automl-pickle-1\n"


def _folder(variable, fallback):
    folder = pathlib.Path(os.environ.get(variable) or fallback)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _checkpoint(name):
    if not name or "/" in name or name.startswith("."):
        raise ValueError("a checkpoint's name is a plain file name, got {!r}".format(name))
    return _folder("AUTOML_CHECKPOINT", "checkpoint") / name


def _write(file, value):
    if isinstance(value, os.PathLike):
        with open(value, "rb") as source:
            shutil.copyfileobj(source, file)
    elif isinstance(value, (bytes, bytearray, memoryview)) and not bytes(value).startswith(_PICKLED):
        file.write(value)
    else:
        file.write(_PICKLED)
        pickle.dump(value, file)


def save(name, value):
    """Keeps `value` under `name` for later attempts: bytes as they are, a `pathlib.Path` as a copy of that file,
    anything else pickled.

    The file is whole or absent: a crash while saving leaves the one before. Inside a session this returns when
    everything in the checkpoint folder is durable: whatever happens from here on, the next attempt finds it. Raises
    OSError when it could not be kept. Returns the file's path; the file is read-only, save again to replace it.
    """
    path = _checkpoint(name)
    handle, aside = tempfile.mkstemp(dir=str(path.parent), prefix=".saving-")
    try:
        with os.fdopen(handle, "wb") as file:
            _write(file, value)
            file.flush()
            os.fchmod(file.fileno(), 0o444)  # never written to again: the runner may share it between sessions
            os.fsync(file.fileno())
        os.replace(aside, str(path))
    except BaseException:
        os.unlink(aside)
        raise
    keep_checkpoint(name)
    return path


def load(name, default=None):
    """What was saved under `name`: bytes (also of a copied file), or the object that was pickled; `default` when
    there is nothing.

    Unpickling runs code: the checkpoint folder belongs to this session alone.
    """
    path = _checkpoint(name)
    if not path.exists():
        return default
    content = path.read_bytes()
    return pickle.loads(content[len(_PICKLED):]) if content.startswith(_PICKLED) else content


def dataset(name=None):
    """Path of the session's dataset (the first one, or by name). Raises KeyError with what there is."""
    variable = "AUTOML_DATASET"
    if name is not None:
        variable += "_" + "".join(c.upper() if c.isascii() and c.isalnum() else "_" for c in name)
    if variable not in os.environ:
        known = ", ".join(sorted(v for v in os.environ if v.startswith("AUTOML_DATASET"))) or "none"
        raise KeyError("no dataset here: {} is not set (set are: {})".format(variable, known))
    return pathlib.Path(os.environ[variable])


def output():
    """The folder for files to keep; by hand: ./output."""
    return _folder("AUTOML_OUTPUT", "output")
