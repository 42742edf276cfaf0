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
    paint(context, view) {
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
