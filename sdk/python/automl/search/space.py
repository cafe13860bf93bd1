# SPDX-License-Identifier: Apache-2.0
"""The `space:` and `forbid:` of a study file as Python values, bound to the search library."""
import math
import re

from automl.search import _core

_KINDS = ("float", "int", "choice", "ordinal", "bool", "fixed")
_RELATIONS = {"==": "eq", "!=": "ne", "<=": "le", ">=": "ge", "<": "lt", ">": "gt"}
_RELATION = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*(.+?)\s*$")
_TOKEN = re.compile(r"""\s*(?:(?P<quoted>"[^"]*"|'[^']*')|(?P<sign>[=!<>]+|[\[\],])|(?P<word>[^\s=!<>\[\],"']+))""")


def _same(a, b):
    """Numbers by value (1 equals 1.0, but not True), anything else by kind and content."""
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    number_a, number_b = isinstance(a, (int, float)), isinstance(b, (int, float))
    return a == b if number_a == number_b and (number_a or type(a) is type(b)) else False


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _value(text):
    """A word of an expression: number, true, false, or the word itself."""
    if text in ("true", "false"):
        return text == "true"
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            pass
    return text


class Space:
    """What may vary.

    `space`: {name: parameter}, each parameter a mapping as in a study file: {"float": [low, high]},
    {"int": [low, high]}, {"choice": [...]}, {"ordinal": [...]}, {"bool": default or None}, {"fixed": value},
    or the long form {"type": "float", "low": 0, "high": 1}; beside these `log`, `step`, `default` and `when`.
    Bounds are inclusive. `forbid`: expressions such as "depth > 4 and optimizer == sgd".

    Raises ValueError that names the parameter; TypeError where a mapping or a list is needed.
    """

    def __init__(self, space, forbid=()):
        if not isinstance(space, dict) or not space:
            raise TypeError("a space is a mapping {name: parameter} with at least one parameter")
        self.names = list(space)
        self._index = {name: i for i, name in enumerate(self.names)}
        self._choices = [None] * len(self.names)
        entries = [self._long_form(name, entry) for name, entry in space.items()]
        self.kinds = [entry["type"] for entry in entries]
        self.parameters = [self._parameter(i, entry) for i, entry in enumerate(entries)]
        for parameter, entry in zip(self.parameters, entries):
            parameter.conditions = [self._condition(parameter.name, name, value)
                                    for name, value in (entry.get("when") or {}).items()]
        self.forbidden = [_core.Forbidden(self._clause(text)) for text in forbid]

    @staticmethod
    def _long_form(name, entry):
        if not isinstance(entry, dict):
            raise TypeError(f"{name}: a parameter is a mapping like {{'float': [0, 1]}}, got {entry!r}")
        entry = dict(entry)
        shorts = [kind for kind in _KINDS if kind in entry]
        if len(shorts) + ("type" in entry) != 1:
            raise ValueError(f"{name}: needs exactly one of {', '.join(_KINDS)} (or type)")
        if shorts:
            kind, given = shorts[0], entry.pop(shorts[0])
            entry["type"] = kind
            if kind in ("float", "int"):
                if not isinstance(given, (list, tuple)) or len(given) != 2:
                    raise ValueError(f"{name}: {kind} takes [low, high], got {given!r}")
                entry["low"], entry["high"] = given
            elif kind in ("choice", "ordinal"):
                entry["choices"] = given
            elif kind == "bool" and given is not None:
                entry["default"] = given
            elif kind == "fixed":
                entry["value"] = given
        known = {"type", "when", "default"} | {
            "float": {"low", "high", "log", "step"}, "int": {"low", "high", "log", "step"},
            "choice": {"choices"}, "ordinal": {"choices"}, "bool": set(), "fixed": {"value"}}.get(entry["type"], set())
        if entry["type"] not in _KINDS or not set(entry) <= known:
            wrong = sorted(set(entry) - known) or [entry["type"]]
            raise ValueError(f"{name}: {', '.join(map(str, wrong))} is not understood here")
        return entry

    def _parameter(self, index, entry):
        name, kind = self.names[index], entry["type"]
        parameter = _core.Parameter()
        parameter.name, parameter.kind = name, getattr(_core.Kind, kind)
        if kind in ("float", "int"):
            for key in ("low", "high"):
                if not _is_number(entry.get(key)):
                    raise ValueError(f"{name}: {key} must be a number, got {entry.get(key)!r}")
            parameter.low, parameter.high = entry["low"], entry["high"]
            parameter.log, parameter.step = bool(entry.get("log", False)), entry.get("step") or 0
            if parameter.log and parameter.step and not (kind == "int" and parameter.step == 1):
                raise ValueError(f"{name}: log and step do not go together")
        elif kind == "bool":
            parameter.choices = 2
        else:
            choices = [entry.get("value")] if kind == "fixed" else entry.get("choices")
            if not isinstance(choices, (list, tuple)) or not choices:
                raise ValueError(f"{name}: {kind} needs a list of values")
            if any(_same(a, b) for i, a in enumerate(choices) for b in choices[:i]):
                raise ValueError(f"{name}: a value appears twice")
            self._choices[index] = list(choices)
            parameter.choices = len(choices)
            if kind == "ordinal" and all(map(_is_number, choices)):
                if list(choices) != sorted(choices):
                    raise ValueError(f"{name}: the numbers of an ordinal must ascend")
                parameter.scale = [float(choice) for choice in choices]
        if entry.get("default") is not None:
            parameter.default_value = self.native(index, entry["default"], kind)
        return parameter

    def native(self, index, value, kind=None):
        """`value` of parameter number `index` in units of the library. Raises ValueError."""
        name, kind, choices = self.names[index], kind or self.kinds[index], self._choices[index]
        if choices is not None:
            for place, choice in enumerate(choices):
                if _same(choice, value):
                    return float(place)
        elif kind == "bool":
            if isinstance(value, bool):
                return float(value)
        elif _is_number(value) and math.isfinite(value) and (kind == "float" or value == int(value)):
            return float(value)
        elif hasattr(value, "item"):  # a number of numpy
            return self.native(index, value.item(), kind)
        raise ValueError(f"{name} is never {value!r}")

    def plain(self, index, native):
        """Inverse of `native`."""
        if self._choices[index] is not None:
            return self._choices[index][int(native)]
        kind = self.kinds[index]
        return bool(native) if kind == "bool" else round(native) if kind == "int" else native

    def to_dict(self, values):
        """Active parameters by name."""
        return {self.names[i]: self.plain(i, value) for i, value in enumerate(values) if not math.isnan(value)}

    def to_values(self, configuration):
        """One float a parameter, NaN where absent. Raises ValueError for unknown names and values."""
        values = [math.nan] * len(self.names)
        for name, value in configuration.items():
            if name not in self._index:
                raise ValueError(f"there is no parameter {name!r}; there are {', '.join(self.names)}")
            values[self._index[name]] = self.native(self._index[name], value)
        return values

    def _comparison(self, owner, name, relation, operands):
        if name not in self._index:
            raise ValueError(f"{owner}: there is no parameter {name!r}")
        index = self._index[name]
        return _core.Comparison(index, getattr(_core.Relation, relation),
                                [self._operand(owner, index, operand) for operand in operands])

    def _operand(self, owner, index, value):
        try:
            return self.native(index, value)
        except ValueError:
            if _is_number(value) and self.kinds[index] in ("float", "int"):
                return float(value)
            choices = self._choices[index] or []
            if _is_number(value) and self.kinds[index] == "ordinal" and all(map(_is_number, choices)):
                return sum(choice < value for choice in choices) - 0.5  # between two of them
            raise ValueError(f"{owner}: {self.names[index]} is never {value!r}") from None

    def _condition(self, owner, name, value):
        if isinstance(value, (list, tuple)):
            return self._comparison(owner, name, "any_of", value)
        found = _RELATION.match(value) if isinstance(value, str) else None
        choices = self._choices[self._index[name]] if name in self._index else None
        if found and not any(_same(choice, value) for choice in choices or ()):
            return self._comparison(owner, name, _RELATIONS[found[1]], [_value(found[2].strip("\"'"))])
        return self._comparison(owner, name, "eq", [value])

    def _clause(self, text):
        """`a == 1 and b in [x, y]` → comparisons that hold at once."""
        tokens, at = [], 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found:
                raise ValueError(f"forbid: cannot read {text!r}")
            tokens.append(found)
            at = found.end()
        comparisons = []
        while tokens:
            name, *rest = tokens
            relation = rest[0][0].strip() if rest else ""
            if relation == "in" and len(rest) > 1 and rest[1]["sign"] == "[":
                end = next((i for i, token in enumerate(rest) if token["sign"] == "]"), None)
                if end is None:
                    raise ValueError(f"forbid: a bracket is not closed in {text!r}")
                operands = [self._word(token) for token in rest[2:end] if token["sign"] != ","]
                comparisons.append(self._comparison("forbid", name[0].strip(), "any_of", operands))
                tokens = rest[end + 1:]
            elif relation in _RELATIONS and len(rest) > 1:
                comparisons.append(
                    self._comparison("forbid", name[0].strip(), _RELATIONS[relation], [self._word(rest[1])]))
                tokens = rest[2:]
            else:
                raise ValueError(f"forbid: expected a comparison like 'depth > 4' in {text!r}")
            if tokens and (tokens[0]["word"] != "and" or len(tokens) == 1):
                raise ValueError(f"forbid: expected 'and' and another comparison in {text!r}")
            tokens = tokens[1:]
        return comparisons

    @staticmethod
    def _word(token):
        return token["quoted"][1:-1] if token["quoted"] else _value(token[0].strip())
