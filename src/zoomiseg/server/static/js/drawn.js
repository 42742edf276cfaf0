/** @file What was drawn by hand: on screen at once, while its mask is on the way; scribbles and boxes also later. */

import { onScreen } from "./overlay.js"

/** @typedef {import("./types.js").SessionEvent} SessionEvent */
/** @typedef {import("./viewer.js").View} View */

/**
 * @param {() => {events: SessionEvent[], highlighted: string | null, colourOf: (name: string) => string, visible: boolean, slideMpp: number}} state
 * @returns {import("./overlay.js").Painter}
 */
export const drawnPainter = (state) => (context, view) => {
  const { events, highlighted, colourOf, visible, slideMpp } = state()
  for (const event of events) {
    const colour = event.mode === "erase" || event.label === -1 ? "#fff" : colourOf(event.class)
    const marked = event.op_id === highlighted
    context.globalAlpha = 1
    context.strokeStyle = context.fillStyle = marked ? "#ffd54a" : colour
    context.lineWidth = marked ? 4 : 2.5
    const prompt = (event.kind === "scribble" || event.kind === "box") && (visible || marked)
    if (event.kind === "stroke" && (event.pending || marked)) stroke(context, view, event, slideMpp)
    else if (event.kind === "polygon" && (event.pending || marked)) polygon(context, view, event)
    else if (prompt && event.points) line(context, view, event.points, event.kind === "box")
    else if (prompt && event.pending && event.kind === "box") pendingBox(context, view, event)
    else if (marked && event.width != null) pendingBox(context, view, event)
  }
}

/** @param {CanvasRenderingContext2D} context  @param {View} view  @param {[number, number][]} points  @param {boolean} closed */
function line(context, view, points, closed) {
  context.lineCap = context.lineJoin = "round"
  trace(context, view, points)
  if (closed) context.closePath()
  context.stroke()
}

/** @param {CanvasRenderingContext2D} context  @param {View} view  @param {SessionEvent} event  @param {number} slideMpp */
function stroke(context, view, { points, width_um }, slideMpp) {
  context.globalAlpha = 0.5
  context.lineWidth = ((width_um ?? 0) / slideMpp) * view.scale
  const [first] = points ?? []
  if (first) line(context, view, points?.length === 1 ? [first, [first[0] + 0.01, first[1]]] : (points ?? []), false)
}

/** @param {CanvasRenderingContext2D} context  @param {View} view  @param {SessionEvent} event */
function polygon(context, view, { rings }) {
  context.globalAlpha = 0.5
  context.beginPath()
  for (const ring of rings ?? []) {
    for (const [i, [x, y]] of ring.entries()) {
      const at = onScreen(view, { x, y })
      if (i) context.lineTo(at.x, at.y)
      else context.moveTo(at.x, at.y)
    }
    context.closePath()
  }
  context.fill("evenodd")
}

/** @param {CanvasRenderingContext2D} context  @param {View} view  @param {SessionEvent} event */
function pendingBox(context, view, { x, y, width, height }) {
  const at = onScreen(view, { x: x ?? 0, y: y ?? 0 })
  context.strokeRect(at.x, at.y, (width ?? 0) * view.scale, (height ?? 0) * view.scale)
}

/** @param {CanvasRenderingContext2D} context  @param {View} view  @param {[number, number][]} points */
function trace(context, view, points) {
  context.beginPath()
  for (const [x, y] of points) {
    const at = onScreen(view, { x, y })
    context.lineTo(at.x, at.y)
  }
}
