#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: optuna_test.sh PYTHON     exits 77 (skipped) when that interpreter has no Optuna
"$1" -c 'import optuna' 2>/dev/null || { echo "no Optuna at $1: ./automl-dev test installs it where PyPI can be reached"; exit 77; }
exec "$1" "$(dirname "$0")/optuna_test.py"
