/** @file Lines drawn by hand: brush and eraser paint as wide as they look; a scribble becomes clicks. */

import { onScreen } from "../overlay.js"

/** @typedef {import("../types.js").Point} Point */

const SCRIBBLE_PX = 4
const SMALLEST_STEP_PX = 2

/**
 * @param {import("./tools.js").Bench} bench
 * @param {"scribble" | "brush" | "eraser"} kind
 * @returns {import("./pointer.js").Tool}
 */
export function lineTool(bench, kind) {
  /** @type {Point[]} */
  let points = []
  /** @type {Point | null} */
  let hovered = null
  const end = () => {
    points = []
    bench.redraw()
  }
  return {
    cursor: "crosshair",
    press(point) {
      points = [point]
      bench.redraw()
    },
    drag(point) {
      const last = points.at(-1)
      const step = SMALLEST_STEP_PX / (bench.viewer.view?.scale ?? 1)
      if (!last || Math.hypot(point.x - last.x, point.y - last.y) < step) return
      points.push(point)
      bench.redraw()
    },
    release() {
      if (points.length) send(bench, kind, points)
      end()
    },
    cancel: end,
    hover(screen) {
      hovered = screen
      bench.redraw()
    },
    paint(context, view) {
      if (hovered && kind !== "scribble") ring(context, hovered, bench.brushPx() / 2)
      if (!points.length) return
      const [first, ...others] = points.map((point) => onScreen(view, point))
      context.lineCap = context.lineJoin = "round"
      context.lineWidth = kind === "scribble" ? SCRIBBLE_PX : bench.brushPx()
      context.strokeStyle = kind === "eraser" ? "#fff" : bench.current().colour
      context.globalAlpha = kind === "scribble" ? 1 : 0.55
      context.beginPath()
      context.moveTo(first.x, first.y)
      for (const { x, y } of others.length ? others : [{ x: first.x + 0.01, y: first.y }]) context.lineTo(x, y)
      context.stroke()
    },
  }
}

/** How wide the brush is.  @param {CanvasRenderingContext2D} context  @param {Point} at  @param {number} radius */
function ring(context, { x, y }, radius) {
  for (const [colour, grow] of /** @type {const} */ ([["#000", 1], ["#fff", 0]])) {
    context.strokeStyle = colour
    context.lineWidth = 1.25
    context.beginPath()
    context.arc(x, y, radius + grow, 0, 2 * Math.PI)
    context.stroke()
  }
}

/** @param {import("./tools.js").Bench} bench  @param {"scribble" | "brush" | "eraser"} kind  @param {Point[]} points */
function send(bench, kind, points) {
  const name = bench.current().name
  if (kind === "scribble") {
    bench.session.scribble(points, { label: bench.label(), scale: bench.scale(), class: name })
    return
  }
  const width_um = (bench.brushPx() / (bench.viewer.view?.scale ?? 1)) * bench.slideMpp()
  bench.session.stroke(points, { width_um, mode: kind === "brush" ? "add" : "erase", class: name })
}
