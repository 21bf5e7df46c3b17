"""Draw a journey's milliseconds: ``python -m benchmarks.load.chart LOAD.json OUT.svg``."""

import json
import sys
from pathlib import Path
from xml.sax.saxutils import escape

_ROW, _LEFT, _WIDTH, _TOP = 26, 210, 420, 58
_STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#0b0c0c}.title{font-weight:700;font-size:16px}"
    ".soft{fill:#505a5f}.bar{fill:#10476b}.ground{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#f3f2f1}.soft{fill:#b1b4b6}.bar{fill:#6fa8cf}"
    ".ground{fill:#12181c}}"
)


def chart(parts: dict[str, float]) -> str:
    """Return the SVG: one bar a part, the longest first, milliseconds beside it."""
    rows = sorted(parts.items(), key=lambda item: -item[1])
    longest = max(parts.values())
    height = _TOP + _ROW * len(rows) + 16
    title = "Where the milliseconds of a registration go"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}" role="img">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="ground" width="720" height="{height}"/>',
        f'<text class="title" x="16" y="26">{title}: {sum(parts.values()):.1f} in all</text>',
        '<text class="soft" x="16" y="46">Processor time from signing in to the receipt</text>',
    ]
    for number, (part, milliseconds) in enumerate(rows):
        y = _TOP + _ROW * number
        width = max(1.0, _WIDTH * milliseconds / longest)
        lines += [
            f'<text x="{_LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(part)}</text>',
            f'<rect class="bar" x="{_LEFT}" y="{y + 4}" width="{width:.1f}" height="18"/>',
            f'<text x="{_LEFT + width + 8:.1f}" y="{y + 17}">{milliseconds:.2f}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    summary = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Path(sys.argv[2]).write_text(chart(summary["journey_ms_by_part"]), encoding="utf-8")
