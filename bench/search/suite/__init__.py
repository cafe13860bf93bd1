# SPDX-License-Identifier: Apache-2.0
"""Problems, methods and results of the search benchmark; `bench/search/run.py` drives them."""
