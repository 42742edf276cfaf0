/** @file The clicks as dots: plus for the class, minus for what is not; told apart without colour too. */

import { onScreen } from "./overlay.js"

/** @typedef {import("./types.js").SessionEvent} SessionEvent */
/** @typedef {import("./viewer.js").View} View */

const RADIUS_PX = { low: 8, high: 6.5 }
const NOT = "#b33a00"

/**
 * @param {() => {events: SessionEvent[], highlighted: string | null, colourOf: (name: string) => string, visible: boolean}} state
 * @returns {import("./overlay.js").Painter}
 */
export const dotsPainter = (state) => (context, view) => {
  const { events, highlighted, colourOf, visible } = state()
  if (!visible) return
  for (const event of events) {
    if (event.kind !== "click" || event.x == null || event.y == null) continue
    const at = onScreen(view, { x: event.x, y: event.y })
    if (at.x < -20 || at.y < -20 || at.x > view.width + 20 || at.y > view.height + 20) continue
    drawDot(context, at, event, { colour: colourOf(event.class), highlighted: event.op_id === highlighted })
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}} at
 * @param {SessionEvent} event
 * @param {{colour: string, highlighted: boolean}} look
 */
function drawDot(context, { x, y }, event, { colour, highlighted }) {
  const positive = event.label === 1
  const radius = RADIUS_PX[event.scale ?? "low"]
  if (event.pending || highlighted) ring(context, x, y, radius + 5, highlighted ? "#ffd54a" : colour)
  disc(context, x, y, radius + 2.25, "rgb(0 0 0 / 45%)")
  disc(context, x, y, radius + 1.5, positive ? "#fff" : NOT)
  disc(context, x, y, radius - (positive ? 0 : 0.5), positive ? colour : "#fff")
  context.strokeStyle = positive ? "#fff" : NOT
  context.lineWidth = 2
  context.lineCap = "round"
  const arm = radius * 0.52
  context.beginPath()
  context.moveTo(x - arm, y)
  context.lineTo(x + arm, y)
  if (positive) {
    context.moveTo(x, y - arm)
    context.lineTo(x, y + arm)
  }
  context.stroke()
}

/** @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {number} radius  @param {string} colour */
function disc(context, x, y, radius, colour) {
  context.fillStyle = colour
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

/** @param {CanvasRenderingContext2D} context  @param {number} x  @param {number} y  @param {number} radius  @param {string} colour */
function ring(context, x, y, radius, colour) {
  context.strokeStyle = colour
  context.lineWidth = 3
  context.globalAlpha = 0.75
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.stroke()
  context.globalAlpha = 1
}
