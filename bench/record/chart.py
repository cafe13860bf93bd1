# SPDX-License-Identifier: Apache-2.0
"""Line charts as SVG text."""
from xml.sax.saxutils import escape

_COLOURS = ("#0b6fb8", "#d1495b", "#2e8b57", "#8d6a9f", "#e08e0b", "#444444", "#00a5a8", "#a0522d", "#7a7a00")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 420, 60, 150, 40, 50


def line_chart(title, x_label, y_label, lines):
    """lines: {name: [(x, y), …]}, at least one point in all. Returns the text of an SVG file."""
    points = [point for line in lines.values() for point in line]
    x_low, x_high = min(p[0] for p in points), max(p[0] for p in points)
    y_low, y_high = min(p[1] for p in points), max(p[1] for p in points)
    x_span, y_span = (x_high - x_low) or 1, (y_high - y_low) or 1

    def place(x, y):
        return (_LEFT + (x - x_low) / x_span * (_WIDTH - _LEFT - _RIGHT),
                _HEIGHT - _BOTTOM - (y - y_low) / y_span * (_HEIGHT - _TOP - _BOTTOM))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
           f'font-size="12"><rect width="100%" height="100%" fill="white"/>',
           f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>']
    for i in range(6):
        y = y_low + y_span * i / 5
        _, v = place(x_low, y)
        out.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{v:.1f}" y2="{v:.1f}" stroke="#ddd"/>'
                   f'<text x="{_LEFT - 8}" y="{v + 4:.1f}" text-anchor="end">{y:.2f}</text>')
        x = x_low + x_span * i / 5
        u, _ = place(x, y_low)
        out.append(f'<text x="{u:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{x:.0f}</text>')
    out.append(f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(x_label)}'
               f'</text><text transform="translate(14 {_HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
               f'{escape(y_label)}</text>')
    for i, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[i % len(_COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
                   f'<text x="{_WIDTH - _RIGHT + 12}" y="{_TOP + 18 * i + 10}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*out, "</svg>", ""])
