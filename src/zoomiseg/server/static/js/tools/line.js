/** @file Lines drawn by hand: brush and eraser paint as wide as they look; a scribble becomes clicks. The second
 *  button turns each into its opposite. */

import { onScreen } from "../overlay.js"

/** @typedef {import("../types.js").Point} Point */
/** @typedef {"scribble" | "brush" | "eraser"} Kind */

const SCRIBBLE_PX = 4
const SMALLEST_STEP_PX = 2

/**
 * @param {import("./tools.js").Bench} bench
 * @param {Kind} kind
 * @returns {import("./pointer.js").Tool}
 */
export function lineTool(bench, kind) {
  /** @type {Point[]} */
  let points = []
  /** @type {Point | null} */
  let hovered = null
  let negative = false
  const end = () => {
    points = []
    bench.redraw()
  }
  return {
    cursor: "crosshair",
    press(point, how) {
      points = [point]
      negative = how.negative
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
      if (points.length) send(bench, { kind, points, negative })
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
      context.strokeStyle = takesAway(bench, kind, negative) ? "#fff" : bench.current().colour
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

/** Say whether a line means "not".
 *  @param {import("./tools.js").Bench} bench  @param {Kind} kind  @param {boolean} negative  @returns {boolean} */
const takesAway = (bench, kind, negative) => negative !== (kind === "scribble" ? bench.label() === -1 : kind === "eraser")

/** @param {import("./tools.js").Bench} bench  @param {{kind: Kind, points: Point[], negative: boolean}} drawn */
function send(bench, { kind, points, negative }) {
  const name = bench.current().name
  const not = takesAway(bench, kind, negative)
  if (kind === "scribble") {
    bench.session.scribble(points, { label: not ? -1 : 1, scale: bench.scale(), class: name })
    return
  }
  const width_um = (bench.brushPx() / (bench.viewer.view?.scale ?? 1)) * bench.slideMpp()
  bench.session.stroke(points, { width_um, mode: not ? "erase" : "add", class: name })
}
