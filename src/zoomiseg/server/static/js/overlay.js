/** @file A canvas above slide and masks for all that is drawn sharp: dots, frames, what a tool is drawing. */

import { fitCanvas } from "./mask/layer.js"

/** @typedef {import("./viewer.js").View} View */
/** @typedef {(context: CanvasRenderingContext2D, view: View) => void} Painter Draws in CSS pixels. */

export class Overlay {
  #viewer
  #canvas
  #context
  #asked = 0
  /** @type {Painter[]} */
  #painters = []

  /** @param {import("./viewer.js").SlideViewer} viewer  @param {HTMLCanvasElement} canvas  @param {AbortSignal} signal */
  constructor(viewer, canvas, signal) {
    this.#viewer = viewer
    this.#canvas = canvas
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    viewer.onMove(() => this.#draw())
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#asked), { once: true })
  }

  /** @param {Painter} painter Drawn above those before. */
  add(painter) {
    this.#painters.push(painter)
  }

  /** Draw in the next frame. */
  ask() {
    if (this.#asked) return
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0
      this.#draw()
    })
  }

  #draw() {
    const view = this.#viewer.view
    if (!view) return
    fitCanvas(this.#canvas, view)
    this.#context.setTransform(view.dpr, 0, 0, view.dpr, 0, 0)
    this.#context.clearRect(0, 0, view.width, view.height)
    for (const painter of this.#painters) {
      this.#context.save()
      painter(this.#context, view)
      this.#context.restore()
    }
  }
}

/** Slide to screen.  @param {View} view  @param {import("./types.js").Point} point */
export const onScreen = (view, { x, y }) => ({ x: x * view.scale + view.left, y: y * view.scale + view.top })
