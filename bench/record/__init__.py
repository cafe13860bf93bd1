# SPDX-License-Identifier: Apache-2.0
"""What benchmarks keep and show: runs in compact files, charts, sections of docs/benchmarks.md."""
