#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs Ray Tune with the models it needs for BOHB (hpbandster) and PB2 (GPy), and Optuna, into a virtual environment of
# their own, build/bench-venv-ray (about 2 GB).
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -x build/bench-venv-ray/bin/python ] || /usr/bin/python3 -m venv build/bench-venv-ray
build/bench-venv-ray/bin/python -m pip install --quiet 'ray[tune]' optuna hpbandster ConfigSpace GPy 'scikit-learn==1.4.2'
