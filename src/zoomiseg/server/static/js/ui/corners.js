/** @file What stands in the slide's corners: scale bar, magnification, zoom buttons, mini map. */

import { magnificationText, scaleBar } from "../scale.js"
import { h, iconButton } from "./dom.js"

const LONGEST_BAR_PX = 160

/** @param {import("../desk.js").Desk} desk  @param {AbortSignal} signal  @returns {HTMLElement} */
export function scaleCorner(desk, signal) {
  const bar = h("div", { class: "bar" })
  const length = h("span")
  const magnified = h("span", { class: "magnification", title: "Magnification on this screen" })
  desk.on(["screenMpp"], ({ screenMpp }) => {
    const { px, text } = scaleBar(screenMpp, LONGEST_BAR_PX)
    bar.style.width = `${px}px`
    length.textContent = text
    magnified.textContent = magnificationText(screenMpp)
  }, signal)
  return h("div", { class: "scale-corner" }, h("div", { class: "length" }, length, bar), magnified)
}

/** @param {import("../viewer.js").SlideViewer} viewer  @param {HTMLElement} miniMap  @returns {HTMLElement} */
export const mapCorner = (viewer, miniMap) =>
  h(
    "div",
    { class: "map-corner" },
    h(
      "div",
      { class: "zoom", role: "group", "aria-label": "Zoom" },
      iconButton("plus", "Zoom in", () => viewer.zoomBy(2), "+"),
      iconButton("minus", "Zoom out", () => viewer.zoomBy(0.5), "−"),
      iconButton("fit", "The whole slide", () => viewer.fit(), "0"),
    ),
    miniMap,
  )

/** A thin line that runs while masks are computed.
 *  @param {import("../session.js").LiveSession} session  @param {AbortSignal} signal  @returns {HTMLElement} */
export function progress(session, signal) {
  const text = h("span")
  const element = h("div", { class: "progress", role: "status" }, h("i"), text)
  session.store.on(["jobs", "waiting", "connection"], ({ jobs, waiting, connection }) => {
    const count = Math.max(jobs, waiting)
    element.hidden = !count || connection === "offline" || connection === "trouble"
    text.textContent = count > 1 ? `Working on ${count}` : "Working"
  }, signal)
  return element
}
