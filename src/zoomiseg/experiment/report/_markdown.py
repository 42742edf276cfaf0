"""A page as Markdown, its pictures as files beside it."""

from __future__ import annotations

from collections.abc import Sequence

from ._blocks import Block, Chart, Gallery, Heading, Legend, Paragraph, Table

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#"})


def markdown_page(blocks: Sequence[Block], *, folder: str) -> str:
    """Return the text; pictures are named as in `folder`, from where the text lies."""
    return "\n\n".join(_written(block, folder) for block in blocks) + "\n"


def _written(block: Block, folder: str) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text, strong):
            return f"**{_plain(text)}**" if strong else _plain(text)
        case Table():
            return f"{_plain(block.caption)}\n\n{_table(block)}"
        case Chart(name, _, caption):
            return f"![{_plain(caption)}]({folder}/{name}.svg)\n\n{_plain(caption)}"
        case Gallery(panels, caption):
            head = [_plain(panel.label) for panel in panels]
            images = [f"![{_plain(panel.label)}]({folder}/{panel.file})" for panel in panels]
            lines = [head, ["---"] * len(head), images, [_plain(panel.text) for panel in panels]]
            return f"{_plain(caption)}\n\n" + "\n".join(_line(line) for line in lines)
        case Legend(entries):
            return "Colours: " + "; ".join(_plain(words) for _, words in entries) + "."


def _table(table: Table) -> str:
    lines = [list(map(_plain, table.head)), ["---"] * len(table.head)]
    lines += [list(map(_plain, row)) for row in table.rows]
    return "\n".join(_line(line) for line in lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    """Return text that Markdown takes as it is."""
    return " ".join(text.split()).translate(_SPECIAL)
