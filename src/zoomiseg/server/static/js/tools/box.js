/** @file A box drawn from corner to corner. */

import { onScreen } from "../overlay.js"

/** @typedef {import("../types.js").Point} Point */
/** @typedef {import("../types.js").Box} Box */

const SMALLEST_PX = 6

/**
 * @param {import("./tools.js").Bench} bench
 * @param {(box: Box, negative: boolean) => void} onBox Negative: drawn to say "not".
 * @returns {import("./pointer.js").Tool}
 */
export function boxTool(bench, onBox) {
  /** @type {{from: Point, to: Point, negative: boolean} | null} */
  let drawn = null
  const end = () => {
    drawn = null
    bench.redraw()
  }
  return {
    cursor: "crosshair",
    press(point, { negative }) {
      drawn = { from: point, to: point, negative: negative !== (bench.label() === -1) }
    },
    drag(point) {
      if (drawn) drawn.to = point
      bench.redraw()
    },
    release() {
      const scale = bench.viewer.view?.scale ?? 1
      if (drawn) {
        const box = between(drawn.from, drawn.to, bench.viewer.slide)
        if (Math.min(box[2], box[3]) * scale < SMALLEST_PX) bench.tell("Draw a box: press at one corner, and drag to the other.")
        else onBox(box, drawn.negative)
      }
      end()
    },
    cancel: end,
    paint(context, view) {
      if (!drawn) return
      const [a, b] = [onScreen(view, drawn.from), onScreen(view, drawn.to)]
      context.lineWidth = 2
      context.strokeStyle = bench.current().colour
      context.fillStyle = "rgb(255 255 255 / 18%)"
      context.fillRect(a.x, a.y, b.x - a.x, b.y - a.y)
      context.strokeRect(a.x, a.y, b.x - a.x, b.y - a.y)
    },
  }
}

/** Return the box between two corners, cut at the slide's edges.
 *  @param {Point} a  @param {Point} b  @param {{width: number, height: number}} slide  @returns {Box} */
function between(a, b, { width, height }) {
  /** @param {number} value  @param {number} most */
  const clamp = (value, most) => Math.min(Math.max(value, 0), most)
  const [left, right] = [clamp(Math.min(a.x, b.x), width), clamp(Math.max(a.x, b.x), width)]
  const [top, bottom] = [clamp(Math.min(a.y, b.y), height), clamp(Math.max(a.y, b.y), height)]
  return [Math.floor(left), Math.floor(top), Math.ceil(right) - Math.floor(left), Math.ceil(bottom) - Math.floor(top)]
}
