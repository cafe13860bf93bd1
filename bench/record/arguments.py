# SPDX-License-Identifier: Apache-2.0
"""Arguments that the benchmarks have in common."""


def numbers(text):
    """"8": 0 to 7; "8..12": 8 to 11."""
    low, _, high = text.partition("..")
    return range(int(low), int(high)) if high else range(int(low))


def shard(text):
    """"1/3": (1, 3)."""
    index, _, count = text.partition("/")
    if not 0 <= int(index) < int(count):
        raise ValueError
    return int(index), int(count)
