/** @file What is drawn above the masks, from the lowest to the topmost. */

import { dotsPainter } from "./dots.js"
import { drawnPainter } from "./drawn.js"
import { framesPainter, proposalPainter, refinedPatch } from "./frames.js"

/** @typedef {import("./workplace.js").Workplace} Workplace */
/** @typedef {import("./viewer.js").View} View */

/** @param {Workplace} workplace */
export function addPainters({ places, desk, session, proposals, overlay, tools, slideMpp, colourOf }) {
  const signal = session.signal
  const shown = () => {
    const { highlighted, dotsVisible } = desk.state
    return { events: session.store.state.events, highlighted, colourOf, visible: dotsVisible, slideMpp }
  }
  overlay.add(proposalPainter(() => proposals.store.state.shown))
  overlay.add(
    framesPainter(() => {
      const { info } = session.store.state
      return { patches: info.patches, refined: refinedPatch(info), detail: desk.state.scale === "high" }
    }),
  )
  overlay.add(drawnPainter(shown))
  overlay.add(dotsPainter(shown))
  overlay.add((context, view) => tools[desk.state.tool].paint?.(context, view))
  overlay.add((context, view) => crosshair(context, view, places.slide))
  desk.on(["scale", "highlighted", "dotsVisible", "tool", "brushPx"], () => overlay.ask(), signal)
  session.store.on(["events", "info"], () => overlay.ask(), signal)
  proposals.store.on(["shown"], () => overlay.ask(), signal)
  for (const event of ["focusin", "focusout"]) places.slide.addEventListener(event, () => overlay.ask())
}

/** Where Enter would click, for those who work without a pointer.
 *  @param {CanvasRenderingContext2D} context  @param {View} view  @param {HTMLElement} place */
function crosshair(context, { width, height }, place) {
  if (document.documentElement.dataset.moves !== "by-keys" || !place.contains(document.activeElement)) return
  context.lineWidth = 1.5
  for (const [colour, arm] of /** @type {const} */ ([["#fff", 15], ["#000", 14]])) {
    context.strokeStyle = colour
    context.beginPath()
    context.moveTo(width / 2 - arm, height / 2)
    context.lineTo(width / 2 + arm, height / 2)
    context.moveTo(width / 2, height / 2 - arm)
    context.lineTo(width / 2, height / 2 + arm)
    context.stroke()
  }
}
