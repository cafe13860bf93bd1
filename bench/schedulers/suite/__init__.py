# SPDX-License-Identifier: Apache-2.0
"""Learning curves, populations, the simulated cluster and the methods that are compared on them."""
