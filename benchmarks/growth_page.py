"""Tables and plots of what growth.py measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- growth -->", "<!-- /growth -->"
IMAGES = Path("images") / "performance"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 260, 62, 96, 30, 44
COLOURS = ("#0072b2", "#d55e00", "#00805e")

Points = list[tuple[float, float]]


def write_page(page: Path, done: Mapping[str, dict[str, Any]]) -> None:
    """Put tables between the page's comments, and plots into its folder of images."""
    text = page.read_text("utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    images = page.parent / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    slides = [figures for name, figures in done.items() if name.startswith("slide ")]
    rows = done["session"]["rows"]
    for name, svg in {**_slide_plots(slides), **_session_plots(rows)}.items():
        (images / f"{name}.svg").write_text(svg + "\n", "utf-8")
    parts = [
        *_slide_table(slides),
        "",
        *(_image(name) for name in _slide_plots(slides)),
        "",
        *_export_table({name: each for name, each in done.items() if name.startswith("export ")}),
        "",
        *_session_table(rows),
        "",
        *(_image(name) for name in _session_plots(rows)),
    ]
    page.write_text("\n".join([before + BEGIN, *parts, END + after]), "utf-8")


def _slide_table(slides: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "| slide at 0.25 µm | clicks | `segment`, processor s (wall) | peak, MB | mask as TIFF, processor s, "
        "peak MB | as GeoJSON |",
        "| --- | --- | --- | --- | --- | --- |",
        *(
            f"| {each['size']:,} x {each['size']:,} | {each['clicks']} "
            f"| {each['cpu_seconds']:.0f} ({each['seconds']:.0f}) | {each['peak_rss_mb']} "
            f"| {_cost(each['tiff'])} | {_cost(each['geojson'])} |"
            for each in slides
        ),
    ]


def _export_table(exports: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = []
    for name, each in exports.items():
        _, size, form, tumour = name.split()
        regions = f"{each['polygons']:,}" if each["polygons"] is not None else ""
        lines.append(
            f"| {int(size):,} x {int(size):,}, {tumour} | {form} | {each['cpu_seconds']:.0f} "
            f"({each['seconds']:.0f}) | {each['rss_before_mb']} | {each['peak_rss_mb']} | {regions} "
            f"| {each['file_mb']:.0f} |"
        )
    return [
        "| mask at 0.5 µm | form | processor s (wall) | MB before | peak, MB | regions | file, MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *lines,
    ]


def _session_table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        "| clicks | a click, processor ms (wall) | an undo | reopening, processor s (wall) | memory, MB |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {each['clicks']:,} | {each['click_cpu_ms']:.0f} ({each['click_ms']:.0f}) "
            f"| {each['undo_cpu_ms']:.1f} ({each['undo_ms']:.0f}) "
            f"| {each['reopen_cpu_s']:.2f} ({each['reopen_s']:.2f}) | {each['rss_mb']} |"
            for each in rows
        ),
    ]


def _cost(figures: Mapping[str, Any]) -> str:
    return f"{figures['cpu_seconds']:.1f}, {figures['peak_rss_mb']}"


def _image(name: str) -> str:
    return f"![{name.replace('-', ' ')}]({(IMAGES / name).as_posix()}.svg)"


def _slide_plots(slides: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    def along(value: str, *within: str) -> Points:
        return [((each["size"] / 1e4) ** 2 / 10, _at(each, *within)[value]) for each in slides]

    x_label = "gigapixels of the slide"
    time = {name: along("cpu_seconds", *path) for name, path in (("segment", ()), ("TIFF", ("tiff",)))}
    memory = {
        name: along("peak_rss_mb", *path)
        for name, path in (("segment", ()), ("TIFF", ("tiff",)), ("GeoJSON", ("geojson",)))
    }
    return {
        "slide-and-time": plot("Seconds of the processor", x_label, time),
        "slide-and-memory": plot("Peak memory, MB", x_label, memory),
    }


def _at(figures: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for name in path:
        figures = figures[name]
    return figures


def _session_plots(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    def along(value: str) -> Points:
        return [(each["clicks"], each[value]) for each in rows]

    answers = {"click": along("click_cpu_ms"), "undo": along("undo_cpu_ms")}
    return {
        "clicks-and-answers": plot("Milliseconds of the processor", "clicks", answers),
        "clicks-and-reopening": plot("Reopening, processor s", "clicks", {"reopen": along("reopen_cpu_s")}),
        "clicks-and-memory": plot("Memory, MB", "clicks", {"session": along("rss_mb")}),
    }


def plot(title: str, x_label: str, series: Mapping[str, Points]) -> str:
    """Return an SVG of lines over axes that begin at 0, each line named at its end."""
    points = [point for each in series.values() for point in each]
    x_most, y_most = (max(point[axis] for point in points) for axis in (0, 1))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + x / x_most * (right - LEFT), bottom - y / y_most * (bottom - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="16" font-weight="600">{escape(title)}</text>',
        f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>',
    ]
    for share in (0, 0.5, 1):
        x, y = place(share * x_most, share * y_most)
        parts += [
            f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#ddd"/>',
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * y_most:,.3g}</text>'
            if share * y_most < 1000
            else f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{share * y_most:,.0f}</text>',
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{share * x_most:g}</text>',
        ]
    for (name, line), colour in zip(series.items(), COLOURS, strict=False):
        places = [place(*point) for point in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"])
