#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house checks itself: folders, includes, sizes, names, registered tests, living docs.

usage: tidy.py [ROOT]      prints one line per offence (path:line: what), exits 1 if there is any
Exceptions with their reasons stand in exceptions.txt beside this file.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__ + "/../../..").resolve()
FILE_LIMIT, FUNCTION_LIMIT, BLOB_LIMIT = 400, 70, 1 << 20
OURS = ("idl", "search", "storage", "executor", "engine", "cli", "sdk", "bench", "tests")

# Which of our folders a folder may include; the longest matching prefix decides.
MAY_INCLUDE = {
    "idl": ("idl",),
    "search": ("search",),
    "storage/artifacts": ("storage/artifacts", "storage/errors.hpp"),
    "storage": ("storage", "idl"),
    "executor/runner": ("executor", "storage/artifacts", "idl"),
    "executor/datasets": ("executor", "storage/artifacts", "idl"),
    "executor": ("executor", "idl"),
    "engine/study_file": ("engine", "search", "idl"),
    "engine/server": ("engine", "idl"),
    "engine": ("engine", "search", "storage", "executor", "idl"),
    "cli": ("cli", "idl"),
    "sdk": ("sdk",),
    "sdk/python/automl/search": ("search",),
}
# Standard headers that a folder must not include.
BANNED_HEADERS = {"search": {"thread", "chrono", "fstream", "iostream", "filesystem", "mutex", "future"}}
BANNED_WORDS = {"search": [r"std::random_device", r"\bspdlog\b"]}
BANNED_NAMES = re.compile(r"(^|_)(util|utils|helper|helpers|common|misc|base|impl|manager)$")
SQL = re.compile(r'"\s*(SELECT|INSERT INTO|INSERT OR|UPDATE|DELETE FROM|CREATE TABLE|PRAGMA)\b')
CLOCK = re.compile(r"system_clock::now|gettimeofday|\btime\(nullptr\)|\btime\(NULL\)|CLOCK_REALTIME")

offences = []


def tracked():
    """Tracked and new files, as the next commit would hold them."""
    out = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"],
                         capture_output=True, check=True).stdout.decode()
    return sorted(p for p in out.split("\0") if p and (ROOT / p).is_file())


def exceptions():
    """(rule, path) pairs from exceptions.txt: `rule path reason…`."""
    pairs = set()
    for line in (ROOT / "tests/tidy/exceptions.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            rule, path, reason = line.split(None, 2)
            assert reason, line
            pairs.add((rule, path))
    return pairs


FILES, EXCEPTIONS = tracked(), exceptions()
SOURCES = [p for p in FILES if p.endswith((".cpp", ".hpp")) and p.startswith(OURS)]
TEXT = {p: (ROOT / p).read_text(errors="replace") for p in SOURCES}


def offend(rule, path, line, what):
    if (rule, path) not in EXCEPTIONS:
        offences.append(f"{path}:{line}: {what} [{rule}]")


def includes():
    for path in SOURCES:
        if path.startswith(("tests/", "bench/")):
            continue
        allowed = MAY_INCLUDE[max((k for k in MAY_INCLUDE if path.startswith(k + "/")), key=len)]
        for number, line in enumerate(TEXT[path].splitlines(), 1):
            found = re.match(r'#include (?:"([^"]+)"|<([^>]+)>)', line)
            if not found:
                continue
            ours, other = found.groups()
            if ours and "/" in ours and not ours.startswith(tuple(a if a.endswith(".hpp") else a + "/" for a in allowed)):
                offend("include", path, number, f"may not include {ours}")
            if other in BANNED_HEADERS.get(path.split("/")[0], ()):
                offend("include", path, number, f"may not include <{other}>")


def words():
    for path in SOURCES:
        text = TEXT[path]
        top = path.split("/")[0]
        product = top not in ("tests", "bench")
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            for word in BANNED_WORDS.get(top, ()):
                if re.search(word, code):
                    offend("word", path, number, f"may not use {word}")
            if product and SQL.search(code) and not path.startswith(("storage/sql/", "storage/sqlite/")):
                offend("sql", path, number, "SQL belongs into storage/sql")
            if re.search(r"\.state = (?!=)", code) and top == "engine" and "trial_lifecycle" not in path:
                if not re.search(r"State::(WAITING|QUEUED|LAUNCHING|RUNNING);", code):
                    offend("state", path, number, "states move in trial_lifecycle.cpp only")
            if product and CLOCK.search(code) and top == "engine" and "system_doors" not in path:
                offend("clock", path, number, "wall clock outside of Clock")
            if re.search(r"catch \(\.\.\.\)", code):
                rest = "\n".join(text.splitlines()[number:number + 8])
                if "throw;" not in rest and "current_exception" not in rest:
                    offend("catch", path, number, "catch (...) without rethrow")
            if product and re.search(r"\b(TODO|FIXME|XXX)\b", line):
                offend("word", path, number, "unfinished")
        if not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
            offend("licence", path, 1, "first line must be the SPDX line")
        if path.endswith(".hpp") and "#pragma once" not in text:
            offend("guard", path, 1, "#pragma once is missing")


def sizes():
    for path in SOURCES:
        lines = TEXT[path].splitlines()
        if len(lines) > FILE_LIMIT:
            offend("file", path, 1, f"{len(lines)} lines, limit {FILE_LIMIT}")
        start = None
        for number, line in enumerate(lines, 1):
            if re.match(r"^[A-Za-z_~].*[{(,]$|^TEST", line) and start is None and not re.match(
                    r"^(namespace|struct|class|enum|extern|union|using|constexpr|const|static const|template|inline constexpr)\b", line):
                start = number
            elif line.startswith("}"):
                if start is not None and number - start + 1 > FUNCTION_LIMIT:
                    offend("function", path, start, f"function of {number - start + 1} lines, limit {FUNCTION_LIMIT}")
                start = None
            elif line.endswith(";") and start == number - 1 and not lines[start - 1].endswith("{"):
                start = None
    for path in FILES:
        if (ROOT / path).stat().st_size > BLOB_LIMIT:
            offend("blob", path, 1, "larger than 1 MiB")


def names():
    for path in FILES:
        stem = pathlib.PurePath(path).name.split(".")[0]
        if path.startswith(OURS) and BANNED_NAMES.search(stem) and stem != "study_manager":
            offend("name", path, 1, f"a file may not be called {stem}")


def registered():
    lists = {p: (ROOT / p).read_text() for p in FILES if p.endswith("CMakeLists.txt")}
    for path in SOURCES:
        if not path.endswith(".cpp"):
            continue
        folder = pathlib.PurePath(path).parent
        owners = [folder, *folder.parents]
        hit = any(re.search(r"(^|[\s(/])" + re.escape(str(pathlib.PurePath(path).relative_to(o))) + r"($|[\s)])",
                            lists.get(str(o / "CMakeLists.txt").removeprefix("./"), ""), re.M) for o in owners)
        if not hit:
            offend("registered", path, 1, "in no target")


def mirrors():
    """tests/AREA/…/thing_test.cpp stands for AREA/…/thing.*, or for the folder's subject."""
    for path in SOURCES:
        found = re.match(r"tests/((?:idl|search|storage|executor|engine|cli|sdk)/.*)_test\.cpp$", path)
        if not found:
            continue
        target = found.group(1)
        if not any(p.startswith((target + ".", target + "/")) for p in FILES):
            offend("mirror", path, 1, f"mirrors nothing: no {target}.*")


def anchors(text):
    """Names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.*)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def docs():
    """Every path in backticks in docs/ and READMEs exists, every link and its heading, every `file · function`."""
    roots = {p.split("/")[0] for p in FILES}
    every = set(FILES) | {str(q) for p in FILES for q in pathlib.PurePath(p).parents}
    for path in [p for p in FILES if p.endswith(".md") and not p.startswith("docs/decisions/")]:
        text = (ROOT / path).read_text()
        here = str(pathlib.PurePath(path).parent)
        for number, line in enumerate(text.splitlines(), 1):
            for name in re.findall(r"`([A-Za-z_][\w./{},*-]*/[\w.{},*-]*)`", line):
                name = name.rstrip("/")
                if name.split("/")[0] not in roots or re.search(r"[{}*]", name):
                    continue
                if name not in every and f"{here}/{name}" not in every:
                    offend("docs", path, number, f"{name} does not exist")
            for link, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", line):
                target = (ROOT / here / link).resolve() if link else ROOT / path
                if not target.exists():
                    offend("docs", path, number, f"link to {link} leads nowhere")
                elif anchor and anchor not in anchors(target.read_text()):
                    offend("docs", path, number, f"{link or path} has no heading #{anchor}")
            for file, function in re.findall(r"`([\w/]+\.cpp)` · `(\w+)`", line):
                if file not in TEXT or not re.search(r"\b" + function + r"\(", TEXT[file]):
                    offend("docs", path, number, f"{file} has no function {function}")


def permissions():
    """Every handler of an RPC names its permission by a call of authorize."""
    calls = re.findall(r"^  [\w<>.]+ (\w+)\(", (ROOT / "idl/service.thrift").read_text(), re.M)
    handlers = {p: t for p, t in TEXT.items() if p.startswith("engine/server/") and p.endswith("_calls.cpp")}
    for call in calls:
        bodies = [(p, m) for p, t in handlers.items()
                  for m in re.finditer(r"^[\w:<>& ]*::" + call + r"\((?:.|\n)*?\n}", t, re.M)]
        if not bodies:
            offend("permission", "idl/service.thrift", 1, f"no handler of {call} in engine/server/*_calls.cpp")
        for path, body in bodies:
            if not re.search(r"authori[sz]e|Action::|permission", body.group(0)):
                offend("permission", path, 1, f"{call} names no permission")


def readmes():
    for folder in ("idl", "search", "storage", "executor", "engine", "cli", "sdk", "bench", "tests"):
        path = f"{folder}/README.md"
        if path not in FILES:
            offend("readme", folder, 1, "has no README.md")
        elif len((ROOT / path).read_text().splitlines()) > 15:
            offend("readme", path, 1, "longer than 15 lines")


def ratchet():
    """97 % of functions within the screen is the aim; exceptions must still be needed."""
    for rule, path in EXCEPTIONS:
        if not (ROOT / path).exists():
            offences.append(f"tests/tidy/exceptions.txt:1: {path} is gone; remove the entry [exceptions]")


for check in (includes, words, sizes, names, registered, mirrors, docs, permissions, readmes, ratchet):
    check()
print("\n".join(offences) if offences else f"tidy: {len(FILES)} files, nothing to say")
sys.exit(1 if offences else 0)
