/** @file An outline from corner to corner, closed by Enter, a double click, or a click on its first corner. */

import { onScreen } from "../overlay.js"

/** @typedef {import("../types.js").Point} Point */

const CLOSE_PX = 10
const DOUBLE_CLICK_PX = 4

/** @param {import("./tools.js").Bench} bench  @returns {import("./pointer.js").Tool} */
export function polygonTool(bench) {
  /** @type {Point[]} */
  let ring = []
  let erases = false
  /** @type {Point | null} */
  let hovered = null
  const end = () => {
    ring = []
    bench.redraw()
  }
  /** @param {Point | undefined} corner  @param {Point} screen  @param {number} px */
  const isNear = (corner, screen, px) => {
    const view = bench.viewer.view
    if (!view || !corner) return false
    const at = onScreen(view, corner)
    return Math.hypot(at.x - screen.x, at.y - screen.y) < px
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
      const again = isNear(ring.at(-1), screen, DOUBLE_CLICK_PX)
      if (again && ring.length < 3) return
      if (again || (ring.length > 1 && isNear(ring[0], screen, CLOSE_PX))) return void finish()
      ring.push(point)
      bench.redraw()
    },
    finish,
    back() {
      const last = ring.pop()
      bench.redraw()
      return last !== undefined
    },
    hover(screen) {
      hovered = screen
      if (ring.length) bench.redraw()
    },
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
      if (hovered) edgeTo(context, /** @type {Point} */ (corners.at(-1)), hovered)
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

/** The edge that the next click would make.  @param {CanvasRenderingContext2D} context  @param {Point} from  @param {Point} to */
function edgeTo(context, from, to) {
  context.save()
  context.setLineDash([5, 5])
  context.beginPath()
  context.moveTo(from.x, from.y)
  context.lineTo(to.x, to.y)
  context.stroke()
  context.restore()
}
