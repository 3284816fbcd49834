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


def write_svg(path, results):
    """Bars of the ratios, on a logarithmic scale of powers of two."""
    rows = [(case, name, row["ratio"]) for case, figures in results.items() for name, row in figures.items()
            if "ratio" in row and row["ratio"] > 0]
    height, left, width = 22, 330, 420
    top = max([1, *(ratio for *_, ratio in rows if ratio != float("inf"))])
    steps = max(1, top.__ceil__().bit_length())
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{len(rows) * height + 50}" '
           'font-family="sans-serif" font-size="12">',
           f'<text x="{left}" y="18">times better than Java MirrorMaker 2</text>']
    for step in range(steps + 1):
        x = left + width * step / steps
        out.append(f'<line x1="{x:.0f}" y1="26" x2="{x:.0f}" y2="{len(rows) * height + 30}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.0f}" y="{len(rows) * height + 44}" text-anchor="middle">{2 ** step}</text>')
    for i, (case, name, ratio) in enumerate(rows):
        y = 30 + i * height
        bar = width * min(1, max(0.0, _log2(min(ratio, 2 ** steps)) / steps))
        out.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(case)}: {escape(name)}</text>')
        out.append(f'<rect x="{left}" y="{y + 3}" width="{bar:.0f}" height="{height - 6}" fill="#3a7"/>')
        out.append(f'<text x="{left + bar + 6:.0f}" y="{y + 14}">{ratio:.1f}</text>')
    out.append("</svg>\n")
    path.write_text("\n".join(out), encoding="utf-8")


def _log2(number):
    return 0.0 if number <= 1 else statistics.math.log2(number)
