"""A page as one HTML file that needs nothing else: no network, no script, no font."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape

from ._blocks import Block, Chart, Gallery, Heading, Legend, Panel, Paragraph, Table

_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1d1d1f; --soft: #5c5c63; --rule: #d9d9de;
  --tint: #f4f4f6; --mark: #00604a; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ground: #17181a; --ink: #e6e6e8; --soft: #a3a3aa; --rule: #3a3b40; --tint: #222327;
    --mark: #4fd3ac; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1.25rem 4rem; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p { max-width: 46rem; margin: .5rem 0; }
p.strong { font-size: 1.1rem; font-weight: 600; color: var(--mark); }
figure { margin: 1rem 0; break-inside: avoid; }
figcaption, caption { color: var(--soft); font-size: .875rem; text-align: left; max-width: 46rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .35rem; }
th, td { padding: .3rem .65rem; border-bottom: 1px solid var(--rule); text-align: right;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; vertical-align: bottom; white-space: normal; }
.foreign { color: var(--soft); font-style: italic; background: var(--tint); }
.charts { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.charts figure { flex: 1 1 26rem; max-width: 36rem; }
.charts svg { width: 100%; height: auto; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(10.5rem, 1fr)); gap: .75rem; }
.gallery img { display: block; width: 100%; height: auto; background: #fff; }
.gallery div { font-size: .8rem; line-height: 1.35; }
.gallery b { display: block; margin-top: .25rem; }
.gallery span { color: var(--soft); }
ul.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem;
  font-size: .875rem; }
ul.legend i { display: inline-block; width: .9em; height: .9em; margin-right: .4em; vertical-align: -.1em;
  border: 1px solid var(--rule); }
@page { size: landscape; margin: 12mm; }
@media print {
  :root { font-size: 11px; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  th, td { padding: .15rem .35rem; }
  .gallery { grid-template-columns: repeat(5, 1fr); }
  * { print-color-adjust: exact; }
}
"""


def html_page(blocks: Sequence[Block], pictures: Mapping[str, bytes]) -> str:
    """Return the file's text.

    Args:
        blocks: The first is the page's title.
        pictures: By name, those that galleries name.
    """
    title = next(block.text for block in blocks if isinstance(block, Heading))
    body = "\n".join(_grouped(blocks, pictures))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _grouped(blocks: Sequence[Block], pictures: Mapping[str, bytes]) -> list[str]:
    """Return the blocks, charts that follow each other side by side."""
    parts: list[str] = []
    for number, block in enumerate(blocks):
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        before = blocks[number - 1] if number else None
        opens = isinstance(block, Chart) and not isinstance(before, Chart)
        closes = isinstance(block, Chart) and not isinstance(after, Chart)
        parts.append(
            ('<div class="charts">' if opens else "")
            + _written(block, pictures)
            + ("</div>" if closes else "")
        )
    return parts


def _written(block: Block, pictures: Mapping[str, bytes]) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text, strong):
            mark = ' class="strong"' if strong else ""
            return f"<p{mark}>{escape(text)}</p>"
        case Table():
            return _table(block)
        case Chart(_, svg, caption):
            return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
        case Gallery(panels, caption):
            shown = "".join(_panel(panel, pictures[panel.file]) for panel in panels)
            words = f"<figcaption>{escape(caption)}</figcaption>"
            return f'<figure>{words}<div class="gallery">{shown}</div></figure>'
        case Legend(entries):
            items = "".join(
                f'<li><i style="background:{escape(colour)}"></i>{escape(words)}</li>'
                for colour, words in entries
            )
            return f'<ul class="legend">{items}</ul>'


def _panel(panel: Panel, data: bytes) -> str:
    kind = _TYPES[panel.file.rpartition(".")[2]]
    source = f"data:{kind};base64,{b64encode(data).decode()}"
    label, text = escape(panel.label), escape(panel.text)
    return f'<div><img src="{source}" alt="{label}"><b>{label}</b><span>{text}</span></div>'


def _table(table: Table) -> str:

    def line(cells: Sequence[str], tag: str) -> str:
        marks = [' class="foreign"' if number in table.foreign else "" for number in range(len(cells))]
        written = (f"<{tag}{mark}>{escape(cell)}</{tag}>" for cell, mark in zip(cells, marks, strict=True))
        return f"<tr>{''.join(written)}</tr>"

    rows = "\n".join(line(row, "td") for row in table.rows)
    return (
        f'<div class="scroll"><table><caption>{escape(table.caption)}</caption>'
        f"<thead>{line(table.head, 'th')}</thead><tbody>\n{rows}\n</tbody></table></div>"
    )
