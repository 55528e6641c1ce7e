"""Line charts as SVG, without a script: values over time with the warm-up shaded, and times by percentile."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import log10

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 860, 220, 58, 12, 22, 28
_COLOURS = ("var(--slo-1)", "var(--slo-2)", "var(--slo-3)", "var(--slo-4)")
_FAR = 4.0
Points = Sequence[tuple[float, float | None]]  # second, value
_PERCENTILE_TICKS = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99)


def over_time(
    title: str, unit: str, lines: Mapping[str, Points], limit: float | None = None, shaded_until: float | None = None
) -> str:
    """Return a chart with a line per name over seconds and a dashed one at `limit`; grey before `shaded_until` (the
    warm-up)."""
    seconds = [second for points in lines.values() for second, _ in points]
    if not seconds:
        return _empty(title)
    first, last = min(seconds), max(max(seconds), min(seconds) + 1)
    ticks = [first + (last - first) * share for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    labels = [(second, f"{second:.0f} s") for second in ticks]
    shade = (first, min(shaded_until, last)) if shaded_until is not None and shaded_until > first else None
    return _chart(title, unit, lines, (first, last), labels, limit, shade)


def by_percentile(title: str, unit: str, lines: Mapping[str, Points], limit: float | None = None) -> str:
    """Return a chart of times over percentiles, whose axis stretches towards 100 as in HdrHistogram's plots; points are
    (percentile, time)."""
    at = {name: [(_nines(percent), value) for percent, value in points] for name, points in lines.items()}
    places = [place for points in at.values() for place, _ in points]
    if not places:
        return _empty(title)
    last = max(max(places), 1.0)
    labels = [(_nines(percent), f"{percent:g} %") for percent in _PERCENTILE_TICKS if _nines(percent) <= last]
    return _chart(title, unit, at, (0.0, last), labels, limit, None)


def _nines(percent: float) -> float:
    """Return 0 for 0 %, 1 for 90 %, 2 for 99 %, 3 for 99.9 %."""
    return -log10(max(1 - percent / 100, 1e-6))


def _chart(
    title: str,
    unit: str,
    lines: Mapping[str, Points],
    span: tuple[float, float],
    labels: Sequence[tuple[float, str]],
    limit: float | None,
    shade: tuple[float, float] | None,
) -> str:
    values = [value for points in lines.values() for _, value in points if value is not None]
    if not values:
        return _empty(title)
    far = limit is not None and limit > _FAR * max(values)  # drawn, it would flatten the lines
    top = max([*values, limit or 0.0 if not far else 0.0]) * 1.1 or 1.0

    def x(place: float) -> float:
        return _LEFT + (place - span[0]) / (span[1] - span[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + (1 - value / top) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_shade(x(shade[0]), x(shade[1]))] if shade else []
    parts.append(_axes(top, unit, [(x(place), text) for place, text in labels], y))
    if limit and not far:
        parts.append(
            f'<path class="limit" d="M{_LEFT} {y(limit):.1f}H{_WIDTH - _RIGHT}"/>'
            f'<text x="{_WIDTH - _RIGHT}" y="{y(limit) - 4:.1f}" text-anchor="end">limit {_short(limit)}</text>'
        )
    for colour, points in zip(_COLOURS, lines.values(), strict=False):
        path = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in points if value is not None)
        parts.append(f'<polyline points="{path}" style="stroke:{colour}"/>')
    keys = "".join(
        f'<span><i style="background:{colour}"></i>{escape(name)}</span>'
        for colour, name in zip(_COLOURS, lines, strict=False)
    )
    if limit and far:
        keys += f"<span>limit {_short(limit)}, far above</span>"
    return (
        f"<figure><figcaption><b>{escape(title)}</b>{keys}</figcaption>"
        f'<div class="wide" tabindex="0"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg></div></figure>"
    )


def _axes(top: float, unit: str, labels: Sequence[tuple[float, str]], y: Callable[[float], float]) -> str:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        height = y(top * share)
        parts.append(f'<path class="grid" d="M{_LEFT} {height:.1f}H{right}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{height + 4:.1f}" text-anchor="end">{_short(top * share)}</text>')
    for number, (place, text) in enumerate(labels):
        anchor = "start" if not number else "end" if number == len(labels) - 1 and place > right - 30 else "middle"
        parts.append(f'<text x="{place:.1f}" y="{bottom + 18}" text-anchor="{anchor}">{escape(text)}</text>')
    parts.append(f'<text x="{_LEFT}" y="{_TOP - 8}">{escape(unit)}</text>')
    return "".join(parts)


def _shade(left: float, right: float) -> str:
    width, height = max(right - left, 0), _HEIGHT - _TOP - _BOTTOM
    return (
        f'<rect class="warmup" x="{left:.1f}" y="{_TOP}" width="{width:.1f}" height="{height}"/>'
        f'<text x="{left + 4:.1f}" y="{_TOP + 14}">warm-up</text>'
    )


def _empty(title: str) -> str:
    return f"<figure><figcaption><b>{escape(title)}</b><span>no data</span></figcaption></figure>"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
