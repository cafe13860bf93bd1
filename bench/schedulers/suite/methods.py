# SPDX-License-Identifier: Apache-2.0
"""The methods that are compared, by name. Everybody runs with defaults and is told how many epochs a trial has."""
import importlib

from suite.optuna_peers import Optuna
from suite.ours import Ours, Random
from suite.population_methods import OurPopulation, RayPopulation
from suite.ray_peers import RayAsha, RayBohb

OURS = {
    "median": lambda: Ours("median"), "percentile": lambda: Ours("percentile"), "curve": lambda: Ours("curve"),
    "asha": lambda: Ours("asha"), "asha-promote": lambda: Ours("asha", variant="promote"),
    "hyperband": lambda: Ours("hyperband"), "bohb": lambda: Ours("bohb", model="tpe"),
    "asha-auto": lambda: Ours("asha", model="auto"),
}
PEERS = {
    "optuna-median": lambda: Optuna("MedianPruner"), "optuna-halving": lambda: Optuna("SuccessiveHalvingPruner"),
    "optuna-hyperband": lambda: Optuna("HyperbandPruner"),
    "optuna-tpe-hyperband": lambda: Optuna("HyperbandPruner", model=True),
    "ray-asha": RayAsha, "ray-bohb": RayBohb,
}
POPULATIONS = {
    "pbt": lambda: OurPopulation("pbt"), "pb2": lambda: OurPopulation("pb2"),
    "ray-pbt": lambda: RayPopulation("pbt"), "ray-pb2": lambda: RayPopulation("pb2"),
}
OURS |= {name: POPULATIONS[name] for name in ("pbt", "pb2")}
METHODS = {"random": Random, **OURS, **PEERS, **POPULATIONS}


def missing(name):
    """What a method needs and this interpreter does not have; None: it can run."""
    needs = METHODS[name]().needs
    try:
        importlib.import_module(needs)
        return None
    except ImportError as error:
        return f"{needs} ({error})"
