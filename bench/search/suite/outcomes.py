# SPDX-License-Identifier: Apache-2.0
"""Several objectives, and outcome constraints. The seed mirrors the axes and puts them and the objectives in another order and unit.

The score is the share of the volume below the reference point that no feasible trial dominates; of one objective, how much more than
the best known value it is, and NOTHING while no trial is feasible.

Sources: ZDT1-3 of Zitzler, Deb and Thiele, Evolutionary Computation 8, 2000; DTLZ1 (one valley), 2, 5, 7 of Deb et al., CEC 2002; the
crash of a vehicle of Liao et al., Struct. Multidisc. Optim. 35, 2008; g04 to g09 of Michalewicz and Schoenauer, Evolutionary
Computation 4, 1996; spring, vessel, beam, reducer of Mezura-Montes and Coello, IEEE Trans. Evol. Comp. 9, 2005; gardner2 of Gardner
et al., ICML 2014; gramacy2 of Gramacy et al., Technometrics 58, 2016.
"""
import dataclasses
import math
import typing

from suite.problem import Problem, generator

PREFIX = "outcomes:"
NOTHING = 1e9


class Told(typing.NamedTuple):
    values: list  # an objective each, to be minimised
    excesses: list  # a constraint each, at most 0 where it is met


@dataclasses.dataclass
class Outcomes(Problem):
    objectives: int = 1
    constraints: int = 0
    reference: tuple = ()  # in the formula's units and order; of one objective the best known value

    def watch(self):
        """(configuration, told) → the score so far where it has become better, else None."""
        seen, last = [], [math.inf]

        def look(configuration, told):
            values, excesses = self.score(configuration)
            if max(excesses, default=0) <= 0:
                seen.append(values)
            score = self.lacking(seen)
            if score < last[0]:
                last[0] = score
                return score
            return None
        return look

    def lacking(self, seen):
        if self.objectives > 1:
            return 1 - volume(seen, self.reference) / math.prod(self.reference)
        return min((values[0] for values in seen), default=NOTHING + self.reference[0]) - self.reference[0]


def volume(points, reference):
    """What the points dominate below the reference, by slices of the last objective."""
    points = sorted((p for p in points if all(a < b for a, b in zip(p, reference))), key=lambda p: p[-1])
    if len(reference) == 1 or not points:
        return reference[0] - points[0][0] if points else 0.0
    total = 0.0
    for i, point in enumerate(points):
        top = points[i + 1][-1] if i + 1 < len(points) else reference[-1]
        if top > point[-1]:
            total += volume([p[:-1] for p in points[:i + 1]], reference[:-1]) * (top - point[-1])
    return total


def zdt(number):
    def outcome(x):
        g = 1 + 9 * sum(x[1:]) / (len(x) - 1)
        share = x[0] / g
        h = (1 - math.sqrt(share), 1 - share**2, 2 - math.sqrt(share) - share * math.sin(10 * math.pi * x[0]))[number - 1]
        return [x[0], g * h], []
    return outcome


def spherical(count):
    """DTLZ2 with so many objectives."""
    def outcome(x):
        values = []
        for k in range(count):
            value = 1 + sum((t - 0.5) ** 2 for t in x[count - 1:])
            for t in x[:count - 1 - k]:
                value *= math.cos(t * math.pi / 2)
            values.append(value * math.sin(x[count - 1 - k] * math.pi / 2) if k else value)
        return values, []
    return outcome


def inverted(x):
    """DTLZ2 turned round: its front bulges the other way and has no ends at 0."""
    far = sum((t - 0.5) ** 2 for t in x[2:])
    return [1 + 2 * far - value for value in spherical(3)(x)[0]], []


def plane(x):
    """DTLZ1 with one valley."""
    g = 4 * sum((t - 0.5) ** 2 - 0.1 * math.cos(2 * math.pi * (t - 0.5)) + 0.1 for t in x[2:])
    return [0.5 * (1 + g) * x[0] * x[1], 0.5 * (1 + g) * x[0] * (1 - x[1]), 0.5 * (1 + g) * (1 - x[0])], []


def curve(x):
    """DTLZ5."""
    g = sum((t - 0.5) ** 2 for t in x[2:])
    a, b = x[0] * math.pi / 2, math.pi / (4 * (1 + g)) * (1 + 2 * g * x[1])
    return [(1 + g) * math.cos(a) * math.cos(b), (1 + g) * math.cos(a) * math.sin(b), (1 + g) * math.sin(a)], []


def parts(x):
    """DTLZ7."""
    g = 1 + 9 * sum(x[2:]) / len(x[2:])
    h = 3 - sum(v / (1 + g) * (1 + math.sin(3 * math.pi * v)) for v in x[:2])
    return [x[0], x[1], (1 + g) * h], []


def centres(x):
    """Squared distances from three places."""
    places = ([0.2] * 6, [0.8, 0.2, 0.8, 0.2, 0.8, 0.2], [0.3, 0.9, 0.5, 0.6, 0.1, 0.8])
    return [sum((a - b) ** 2 for a, b in zip(x, place)) for place in places], []


def crash(x):
    """Mass above 1,660 kg, acceleration above 6 and intrusion above -0.1."""
    a, b, c, d, e = (1 + 2 * t for t in x)
    mass = 1640.2823 + 2.3573285 * a + 2.3220035 * b + 4.5688768 * c + 7.7213633 * d + 4.4559504 * e
    acceleration = (6.5856 + 1.15 * a - 1.0427 * b + 0.9738 * c + 0.8364 * d - 0.3695 * a * d + 0.0861 * a * e + 0.3628 * b * d
                    - 0.1106 * a**2 - 0.3437 * c**2 + 0.1764 * d**2)
    intrusion = (-0.0551 + 0.0181 * a + 0.1024 * b + 0.0421 * c - 0.0073 * a * b + 0.024 * b * c - 0.0118 * b * d - 0.0204 * c * d
                 - 0.008 * c * e - 0.0241 * b**2 + 0.0109 * d**2)
    return [mass - 1660, acceleration - 6, intrusion + 0.1], []


def network(x):
    """Error, milliseconds and size of a pretended network by width, depth, learning rate and quantisation."""
    width, depth = 2 ** (4 + 5 * x[0]), 1 + 7 * x[1]
    size = math.log10(width**2 * depth)
    milliseconds = depth * (1 + width / 64) ** 0.8 * (1 - 0.5 * x[3])
    return [0.05 + 0.5 * math.exp(-1.2 * (size - 2)) + 0.3 * (x[2] - 0.4 - 0.2 * x[1]) ** 2 + 0.05 * x[3] ** 2, milliseconds, size], []


def boxed(box, outcome):
    """The same on the unit cube; a pair of whole numbers followed by None is a range of integers."""
    def on_cube(x):
        at = [low + (high - low) * t for t, (low, high, *_) in zip(x, box)]
        return outcome([round(v) if len(axis) > 2 else v for v, axis in zip(at, box)])
    return on_cube


def spring(x):
    wire, coil, turns = x
    return [(turns + 2) * coil * wire**2], [
        1 - coil**3 * turns / (71785 * wire**4), 1 - 140.45 * wire / (coil**2 * turns), (wire + coil) / 1.5 - 1,
        (4 * coil**2 - wire * coil) / (12566 * (coil * wire**3 - wire**4)) + 1 / (5108 * wire**2) - 1]


def vessel(x):
    shell, head, radius, length = x[0] / 16, x[1] / 16, x[2], x[3]
    return [0.6224 * shell * radius * length + 1.7781 * head * radius**2 + 3.1661 * shell**2 * length + 19.84 * shell**2 * radius], [
        0.0193 * radius - shell, 0.00954 * radius - head, 1296000 - math.pi * radius**2 * length - 4 / 3 * math.pi * radius**3]


def beam(x):
    weld, long, high, thick = x
    load, over, elastic, shear = 6000, 14, 30e6, 12e6
    arm = math.sqrt(long**2 / 4 + ((weld + high) / 2) ** 2)
    first = load / (math.sqrt(2) * weld * long)
    second = load * (over + long / 2) * arm / (2 * math.sqrt(2) * weld * long * (long**2 / 12 + ((weld + high) / 2) ** 2))
    stress = math.sqrt(first**2 + first * second * long / arm + second**2)
    buckling = 4.013 * elastic * math.sqrt(high**2 * thick**6 / 36) / over**2 * (1 - high / (2 * over) * math.sqrt(elastic / (4 * shear)))
    return [1.10471 * weld**2 * long + 0.04811 * high * thick * (over + long)], [
        stress - 13600, 6 * load * over / (thick * high**2) - 30000, weld - thick, load - buckling,
        4 * load * over**3 / (elastic * high**3 * thick) - 0.25]


def reducer(x):
    a, b, c, d, e, f, g = x
    weight = (0.7854 * a * b**2 * (3.3333 * c**2 + 14.9334 * c - 43.0934) - 1.508 * a * (f**2 + g**2) + 7.4777 * (f**3 + g**3)
              + 0.7854 * (d * f**2 + e * g**2))
    return [weight], [
        27 / (a * b**2 * c) - 1, 397.5 / (a * b**2 * c**2) - 1, 1.93 * d**3 / (b * c * f**4) - 1, 1.93 * e**3 / (b * c * g**4) - 1,
        math.sqrt((745 * d / (b * c)) ** 2 + 16.9e6) / (110 * f**3) - 1, math.sqrt((745 * e / (b * c)) ** 2 + 157.5e6) / (85 * g**3) - 1,
        b * c / 40 - 1, 5 * b / a - 1, a / (12 * b) - 1, (1.5 * f + 1.9) / d - 1, (1.1 * g + 1.9) / e - 1]


def gardner(x):
    return [math.cos(2 * x[0]) * math.cos(x[1]) + math.sin(x[0])], [math.cos(x[0] + x[1]) + 0.5]


def gramacy(x):
    return [x[0] + x[1]], [1.5 - x[0] - 2 * x[1] - 0.5 * math.sin(2 * math.pi * (x[0] ** 2 - 2 * x[1])), x[0] ** 2 + x[1] ** 2 - 1.5]


def g04(x):
    a, b, c, d, e = x
    u = 85.334407 + 0.0056858 * b * e + 0.0006262 * a * d - 0.0022053 * c * e
    v = 80.51249 + 0.0071317 * b * e + 0.0029955 * a * b + 0.0021813 * c**2
    w = 9.300961 + 0.0047026 * c * e + 0.0012547 * a * c + 0.0019085 * c * d
    return [5.3578547 * c**2 + 0.8356891 * a * e + 37.293239 * a - 40792.141], [-u, u - 92, 90 - v, v - 110, 20 - w, w - 25]


def g06(x):
    return [(x[0] - 10) ** 3 + (x[1] - 20) ** 3], [100 - (x[0] - 5) ** 2 - (x[1] - 5) ** 2, (x[0] - 6) ** 2 + (x[1] - 5) ** 2 - 82.81]


def g08(x):
    a, b = x
    return [-math.sin(2 * math.pi * a) ** 3 * math.sin(2 * math.pi * b) / (a**3 * (a + b))], [a**2 - b + 1, 1 - a + (b - 4) ** 2]


def g09(x):
    a, b, c, d, e, f, g = x
    return [(a - 10) ** 2 + 5 * (b - 12) ** 2 + c**4 + 3 * (d - 11) ** 2 + 10 * e**6 + 7 * f**2 + g**4 - 4 * f * g - 10 * f - 8 * g], [
        2 * a**2 + 3 * b**4 + c + 4 * d**2 + 5 * e - 127, 7 * a + 3 * b + 10 * c**2 + d - e - 282,
        23 * a + b**2 + 6 * f**2 - 8 * g - 196, 4 * a**2 + b**2 - 3 * a * b + 2 * c**2 + 5 * f - 11 * g]


# name: (kind, dimensions, outcome on the unit cube, reference)
_ALL = {
    "zdt1": ("two objectives", 6, zdt(1), (1.1, 1.1)),
    "zdt2": ("two objectives", 6, zdt(2), (1.1, 1.1)),
    "zdt3": ("two objectives", 6, zdt(3), (1.1, 2.1)),
    "sphere2": ("two objectives", 6, spherical(2), (1.1, 1.1)),
    "network2": ("two objectives", 4, lambda x: (network(x)[0][:2], []), (0.5, 60)),
    "sphere3": ("three or four objectives", 6, spherical(3), (1.1,) * 3),
    "sphere4": ("three or four objectives", 6, spherical(4), (1.1,) * 4),
    "inverted3": ("three or four objectives", 6, inverted, (1.1,) * 3),
    "plane3": ("three or four objectives", 6, plane, (0.6,) * 3),
    "curve3": ("three or four objectives", 6, curve, (0.8, 0.8, 1.1)),
    "parts3": ("three or four objectives", 6, parts, (1.1, 1.1, 13)),
    "centres3": ("three or four objectives", 6, centres, (1.3,) * 3),
    "crash3": ("three or four objectives", 5, crash, (35, 5, 0.4)),
    "network3": ("three or four objectives", 4, network, (0.5, 60, 6)),
    "spring3": ("constraints", 3, boxed([(0.05, 2), (0.25, 1.3), (2, 15)], spring), (0.012665,)),
    "vessel4": ("constraints", 4, boxed([(1, 99, None), (1, 99, None), (10, 200), (10, 200)], vessel), (6059.7143,)),
    "beam4": ("constraints", 4, boxed([(0.125, 10), (0.1, 10), (0.1, 10), (0.1, 10)], beam), (1.7248,)),
    "reducer7": ("constraints", 7, boxed([(2.6, 3.6), (0.7, 0.8), (17, 28, None), (7.3, 8.3), (7.3, 8.3), (2.9, 3.9), (5, 5.5)], reducer),
                 (2994.4,)),
    "gardner2": ("constraints", 2, boxed([(0, 6), (0, 6)], gardner), (-1.8888,)),
    "gramacy2": ("constraints", 2, gramacy, (0.5997,)),
    "g04": ("constraints", 5, boxed([(78, 102), (33, 45), (27, 45), (27, 45), (27, 45)], g04), (-30665.54,)),
    "g06": ("constraints", 2, boxed([(13, 100), (0, 100)], g06), (-6961.82,)),
    "g08": ("constraints", 2, boxed([(0.001, 10), (0.001, 10)], g08), (-0.095826,)),
    "g09": ("constraints", 7, boxed([(-10, 10)] * 7, g09), (680.63,)),
}


def names():
    return [PREFIX + name for name in _ALL]


def make(name, seed):
    kind, dimensions, outcome, reference = _ALL[name.removeprefix(PREFIX)]
    rng = generator(name, seed)
    axes, mirrored = rng.permutation(dimensions), rng.random(dimensions) < 0.5
    space = {f"x{i}": {"float": [-3, 5]} for i in range(dimensions)}

    def score(configuration):
        given = [(configuration[f"x{axes[i]}"] + 3) / 8 for i in range(dimensions)]
        return Told(*outcome([1 - t if turned else t for t, turned in zip(given, mirrored)]))

    plain = score({f"x{i}": 1.0 for i in range(dimensions)})
    objectives, constraints = len(plain.values), len(plain.excesses)
    order = rng.permutation(objectives)
    units, offsets = 10 ** rng.uniform(-2, 3, objectives), rng.uniform(-10, 10, objectives)
    factors = 10 ** rng.uniform(-2, 2, constraints)

    def observe(configuration, _):
        values, excesses = score(configuration)
        return Told([float(units[k] * (values[k] + offsets[k])) for k in order], [float(f * e) for f, e in zip(factors, excesses)])

    return Outcomes(name, kind, space, observe, score, objectives=objectives, constraints=constraints, reference=reference)
