# SPDX-License-Identifier: Apache-2.0
"""Sections of a document that programs write."""


def replace(path, name, by, lines):
    """Puts `lines` between the marks of the section `name`, written by the program `by`; appended where there are none."""
    start, end = f"<!-- {name}: written by {by} -->", f"<!-- end of {name} -->"
    body = "\n".join([start, "", *lines]) + end + "\n"
    text = path.read_text() if path.exists() else "# Benchmarks\n\n"
    if start in text:
        text = text[:text.index(start)] + body + text[text.index(end) + len(end) + 1:]
    else:
        text += body
    path.write_text(text)
