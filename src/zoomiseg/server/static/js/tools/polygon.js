/** @file An outline from corner to corner, closed by Enter or a click on its first corner. */

import { onScreen } from "../overlay.js"

/** @typedef {import("../types.js").Point} Point */

const CLOSE_PX = 10

/** @param {import("./tools.js").Bench} bench  @returns {import("./pointer.js").Tool} */
export function polygonTool(bench) {
  /** @type {Point[]} */
  let ring = []
  let erases = false
  const end = () => {
    ring = []
    bench.redraw()
  }
  const finish = () => {
    if (!ring.length) return false
    if (ring.length < 3) bench.tell("An outline needs three corners: click where the next one is, or press Esc.")
    else {
      bench.session.polygon(ring, { mode: erases ? "erase" : "add", class: bench.current().name })
      end()
    }
    return true
  }
  return {
    cursor: "crosshair",
    click(point, { negative, screen }) {
      if (!ring.length) erases = negative || bench.label() === -1
      const view = bench.viewer.view
      const first = view && ring.length ? onScreen(view, ring[0]) : null
      if (first && Math.hypot(first.x - screen.x, first.y - screen.y) < CLOSE_PX) return void finish()
      ring.push(point)
      bench.redraw()
    },
    finish,
    cancel: end,
    paint(context, view) {
      if (!ring.length) return
      const corners = ring.map((point) => onScreen(view, point))
      context.lineWidth = 2.5
      context.strokeStyle = erases ? "#fff" : bench.current().colour
      context.fillStyle = "rgb(255 255 255 / 15%)"
      context.beginPath()
      for (const { x, y } of corners) context.lineTo(x, y)
      context.fill()
      context.stroke()
      for (const [i, { x, y }] of corners.entries()) {
        context.beginPath()
        context.arc(x, y, i === 0 ? 6 : 3.5, 0, 2 * Math.PI)
        context.fillStyle = i === 0 ? "#fff" : bench.current().colour
        context.fill()
        context.stroke()
      }
    },
  }
}
