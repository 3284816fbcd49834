# SPDX-License-Identifier: Apache-2.0
"""The results of `make bench` as a table, as JSON, and as a picture of the ratios."""

import json
import statistics
from html import escape

from cases import FIGURES


def summary(rounds):
    """{case: {figure: {kind: {min, median, max}, ratio}}} of {case: {kind: [{figure: number}]}}.

    The ratio says how many times better ours is: of the medians, pair by pair where both ran in a round.
    """
    result = {}
    for case, kinds in rounds.items():
        figures = {}
        for name in next(iter(next(iter(kinds.values()), [{}])), {}):
            row = {kind: _spread([run[name] for run in runs]) for kind, runs in kinds.items()}
            if len(kinds) == 2:
                row["ratio"] = statistics.median(_times(name, java[name], ours[name])
                                                 for java, ours in zip(kinds["java"], kinds["ours"]))
            figures[name] = row
        result[case] = figures
    return result


def _spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def _times(name, java, ours):
    better, worse = (ours, java) if FIGURES[name].smaller_is_better else (java, ours)
    return worse / better if better else float("inf")


def table(results):
    lines = [f"{'':<28} {'':<22} {'Tern':>26} {'Java':>26} {'better by':>10}"]
    for case, figures in results.items():
        label = case
        for name, row in figures.items():
            unit = FIGURES[name].unit
            text = f"{name} ({unit})" if unit else name
            ours, java = (_text(name, row.get(kind)) for kind in ("ours", "java"))
            ratio = f"{row['ratio']:.1f} x" if "ratio" in row else ""
            lines.append(f"{label:<28} {text:<22} {ours:>26} {java:>26} {ratio:>10}")
            label = ""
    return "\n".join(lines)


def _text(name, spread):
    if not spread:
        return "-"
    digits = FIGURES[name].digits
    low, mid, high = (f"{spread[k]:.{digits}f}" for k in ("min", "median", "max"))
    return f"{mid} ({low}-{high})"


def write_json(path, results, about):
    path.write_text(json.dumps({"about": about, "results": results}, indent=1) + "\n", encoding="utf-8")


_ROW, _LEFT, _WIDTH, _RIGHT = 20, 330, 420, 90  # of the picture, in pixels


def write_svg(path, results):
    """Bars of the ratios, on a logarithmic scale of powers of two; cases are apart."""
    rows = list(_svg_rows(results))
    height = rows[-1][0] + _ROW if rows else 30
    top = max([1, *(ratio for *_, ratio in rows if ratio != float("inf"))])
    steps = max(1, top.__ceil__().bit_length())
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + _RIGHT}" height="{height + 30}" '
           'font-family="sans-serif" font-size="12" fill="#222">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="{_LEFT}" y="18">times better than Java MirrorMaker 2 (logarithmic)</text>']
    for step in range(steps + 1):
        x = _LEFT + _WIDTH * step / steps
        out.append(f'<line x1="{x:.0f}" y1="26" x2="{x:.0f}" y2="{height + 6}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.0f}" y="{height + 20}" text-anchor="middle">{2 ** step}</text>')
    for y, case, name, ratio in rows:
        bar = _WIDTH * min(1, max(0.0, _log2(min(ratio, 2 ** steps)) / steps))
        label = f'<tspan font-weight="bold">{escape(case)}</tspan> {escape(name)}' if case else escape(name)
        out.append(f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{label}</text>')
        out.append(f'<rect x="{_LEFT}" y="{y + 3}" width="{bar:.0f}" height="{_ROW - 5}" fill="#3a7"/>')
        out.append(f'<text x="{_LEFT + bar + 6:.0f}" y="{y + 14}">{ratio:.1f}</text>')
    out.append("</svg>\n")
    path.write_text("\n".join(out), encoding="utf-8")


def _svg_rows(results):
    """(y, case in the first row of each, figure, ratio). Records/s beside MB/s would be the same bar again."""
    y = 30
    for case, figures in results.items():
        label = case
        for name, row in figures.items():
            if row.get("ratio", 0) > 0 and not (name == "records/s" and "MB/s" in figures):
                yield y, label, name if name != case else "", row["ratio"]
                label, y = "", y + _ROW
        y += 0 if label else _ROW // 3


def _log2(number):
    return 0.0 if number <= 1 else statistics.math.log2(number)
