#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the peers into virtual environments under build/ (about 6 GB, most of it torch): everything into
# build/bench-venv but HEBO, whose requirements are of its time, into build/bench-venv-hebo. Both have the same
# scikit-learn, so that a real model has the same loss in both.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -x build/bench-venv/bin/python ] || /usr/bin/python3 -m venv build/bench-venv
build/bench-venv/bin/python -m pip install --quiet optuna cmaes torch scikit-optimize 'scikit-learn==1.4.2'
[ -x build/bench-venv-hebo/bin/python ] || /usr/bin/python3 -m venv build/bench-venv-hebo
hebo="build/bench-venv-hebo/bin/python -m pip install --quiet"
$hebo 'numpy<1.25' 'pandas<2.2' 'scipy<1.12' 'scikit-learn==1.4.2' 'setuptools<70' wheel cython disjoint-set catboost
$hebo 'numpy<1.25' pymoo==0.6.0 torch gpytorch
$hebo --no-deps HEBO
