#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed of the engine, beside Optuna's RDB storage on SQLite on the same disk.

  durable ask+tell      10 parameters, random sampler, 1 and 16 clients, each answer after its commit is synced
  no-op trials          1,000 trials through the local executor, parallel: 8
  many finished trials  100,000 of them: engine memory, and how long `automl ps` takes

`--smoke` runs a small version of ours only; `--peer PYTHON` names an interpreter that has Optuna.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

PEER = """
import sys, time, logging, optuna, multiprocessing
optuna.logging.set_verbosity(optuna.logging.ERROR)
url, clients, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
def storage():
    return optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": {"timeout": 100}})
def drive(seed, until, done):
    study = optuna.load_study(study_name="bench", storage=storage(), sampler=optuna.samplers.RandomSampler(seed=seed))
    while time.time() < until:
        trial = study.ask()
        x = [trial.suggest_float("x%d" % i, 0, 1) for i in range(10)]
        study.tell(trial, x[0])
        with done.get_lock():
            done.value += 1
if __name__ == "__main__":
    optuna.create_study(study_name="bench", storage=storage())
    done = multiprocessing.Value("i", 0)
    start = time.time()
    workers = [multiprocessing.Process(target=drive, args=(k, start + seconds, done)) for k in range(clients)]
    [w.start() for w in workers]
    [w.join() for w in workers]
    print(done.value / (time.time() - start), optuna.__version__)
"""

NOOP = """study: noop
command: echo loss=${x}
metrics: {loss: 'loss=([-0-9.e]+)'}
objective: {metric: loss, goal: minimize}
space:
  x: {float: [0, 1]}
algorithm: random
parallel: 8
seed: 1
budget: {trials: %d}
"""


class Engine:
    """An engine with a home of its own, stopped by pid."""

    def __init__(self, folder, binaries):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=os.path.abspath(folder)))
        (self.home / "config.yaml").write_text("cpus: 8\n")
        self.binaries = binaries
        self.env = dict(os.environ, AUTOML_HOME=str(self.home), NO_COLOR="1")
        self.automl("server", "start")
        self.endpoint = f"unix:{self.home}/engine.sock"

    def automl(self, *args, **options):
        return subprocess.run([self.binaries / "automl", *args], env=self.env, check=True,
                              capture_output=True, text=True, **options).stdout

    def pid(self):
        return int((self.home / "engine.lock").read_text().split()[0])

    def ask_tell(self, study, clients, seconds, trials=10**9, at_once=1, algorithm="random"):
        out = subprocess.run([self.binaries / "ask_tell_client", self.endpoint, study, algorithm, str(clients),
                              str(at_once), str(seconds), str(trials)], check=True, capture_output=True, text=True)
        return json.loads(out.stdout)["trials_per_s"]

    def memory_mib(self):
        for line in pathlib.Path(f"/proc/{self.pid()}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024

    def stop(self):
        try:
            self.automl("server", "stop")
        except subprocess.CalledProcessError:
            os.kill(self.pid(), signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)


def peer_rate(python, folder, clients, seconds):
    home = tempfile.mkdtemp(prefix="peer-", dir=os.path.abspath(folder))
    script = pathlib.Path(home) / "peer.py"
    script.write_text(PEER)
    out = subprocess.run([python, script, f"sqlite:///{home}/optuna.db", str(clients), str(seconds)],
                         check=True, capture_output=True, text=True).stdout.split()
    shutil.rmtree(home)
    return float(out[0]), out[1]


def durable_ask_tell(args, seconds):
    print("durable ask+tell, 10 parameters, trials/s")
    for clients in (1, 16):
        engine = Engine(args.folder, args.bin)
        ours = engine.ask_tell("bench", clients, seconds)
        engine.stop()
        line = f"  {clients:2d} clients   automl {ours:8.0f}"
        if args.peer:
            peer, version = peer_rate(args.peer, args.folder, clients, max(seconds, 10))
            line += f"   Optuna {version} on SQLite {peer:7.1f}   ratio {ours / peer:6.0f}"
        print(line, flush=True)
        if ours <= 0:
            sys.exit("no trial got through")


def noop_trials(args, trials):
    engine = Engine(args.folder, args.bin)
    study = engine.home / "noop.yaml"
    study.write_text(NOOP % trials)
    start = time.monotonic()
    engine.automl("start", str(study))
    elapsed = time.monotonic() - start
    status = json.loads(engine.automl("status", "noop", "--json"))
    engine.stop()
    complete = status["trials_complete"]
    print(f"no-op trials through the local executor, parallel 8: {complete} of {trials} complete, "
          f"{complete / elapsed:.0f} trials/s")
    if complete != trials:
        sys.exit("not every trial is complete")


def many_trials(args, trials):
    engine = Engine(args.folder, args.bin)
    rate = engine.ask_tell("bench", 16, 3600, trials=trials, at_once=min(100, trials // 16))
    times = []
    for _ in range(11):
        start = time.monotonic()
        engine.automl("ps")
        times.append((time.monotonic() - start) * 1e3)
    before = engine.memory_mib()
    os.kill(engine.pid(), signal.SIGKILL)
    time.sleep(0.2)
    start = time.monotonic()
    engine.automl("server", "start")
    engine.automl("ps")
    back = time.monotonic() - start
    print(f"{trials} finished trials (told at {rate:.0f}/s): engine memory {before:.0f} MiB, "
          f"`automl ps` {statistics.median(times):.1f} ms; after kill -9 back in {back:.2f} s "
          f"with {engine.memory_mib():.0f} MiB")
    engine.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=lambda p: pathlib.Path(p).resolve(), required=True, help="folder of the programs")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="on the disk to measure")
    parser.add_argument("--peer", help="python interpreter with Optuna")
    parser.add_argument("--smoke", action="store_true")
    args = parser.parse_args()
    print(f"{multiprocessing.cpu_count()} CPUs, {args.folder}")
    durable_ask_tell(args, 0.5 if args.smoke else 10)
    noop_trials(args, 20 if args.smoke else 1000)
    many_trials(args, 500 if args.smoke else 100_000)


if __name__ == "__main__":
    main()
