"""Lines over time as SVG, without a script: what a page or a report shows of a run."""

from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 860, 200, 56, 14, 26
_COLOURS = ("#1f6feb", "#b45309", "#b91c1c", "#047857")
Points = Sequence[tuple[float, float | None]]  # second, value


def chart(title: str, unit: str, lines: dict[str, Points], limit: float | None = None) -> str:
    """One chart with a line per name, and a dashed one at `limit`."""
    values = [value for points in lines.values() for _, value in points if value is not None]
    if not values:
        return f"<figure><figcaption>{escape(title)}: no data</figcaption></figure>"
    top = max([*values, limit or 0.0, 1.0]) * 1.1
    seconds = [second for points in lines.values() for second, _ in points]
    first, last = min(seconds), max(max(seconds), min(seconds) + 1)

    def at(second: float, value: float) -> str:
        across = _LEFT + (second - first) / (last - first) * (_WIDTH - _LEFT - 10)
        return f"{across:.1f},{_TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM):.1f}"

    parts = [_axes(top, first, last, unit)]
    if limit:
        ends = " ".join(at(second, limit) for second in (first, last))
        parts.append(f'<polyline points="{ends}" fill="none" stroke="#888" stroke-dasharray="6 4"/>')
    for colour, points in zip(_COLOURS, lines.values(), strict=False):
        path = " ".join(at(second, value) for second, value in points if value is not None)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    keys = "".join(
        f'<span style="color:{colour}">&#9632; {escape(name)}</span> '
        for colour, name in zip(_COLOURS, lines, strict=False)
    )
    return (
        f"<figure><figcaption><b>{escape(title)}</b> {keys}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg></figure>'
    )


def _axes(top: float, first: float, last: float, unit: str) -> str:
    bottom = _HEIGHT - _BOTTOM
    lines = [f'<path d="M{_LEFT} {_TOP}V{bottom}H{_WIDTH - 10}" fill="none" stroke="#999"/>']
    for share in (0.0, 0.5, 1.0):
        y = _TOP + (1 - share) * (bottom - _TOP)
        lines.append(f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{_short(top * share)}</text>')
        second = first + share * (last - first)
        x = _LEFT + share * (_WIDTH - _LEFT - 30)
        lines.append(f'<text x="{x:.0f}" y="{_HEIGHT - 8}">{second:g} s</text>')
    lines.append(f'<text x="{_LEFT + 6}" y="{_TOP + 4}">{escape(unit)}</text>')
    return f'<g font-size="12" fill="currentColor">{"".join(lines)}</g>'


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
