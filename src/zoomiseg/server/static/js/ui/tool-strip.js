/** @file What the tool in hand does, and what it can be told: for those who have no keyboard, and no wish to guess. */

import { BRUSH_PX } from "../desk.js"
import { TOOLS } from "../tools/tools.js"
import { h, icon } from "./dom.js"

/** @typedef {import("../desk.js").Desk} Desk */

/**
 * @param {Desk} desk
 * @param {() => import("../tools/pointer.js").Tool} tool The one in use.
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function toolStrip(desk, tool, signal) {
  const name = h("b")
  const help = h("span")
  const width = widthSlider(desk, signal)
  const corners = h(
    "div",
    { class: "corners" },
    h("button", { type: "button", class: "chip", text: "Close outline", onclick: () => tool().finish?.() }),
    h("button", { type: "button", class: "chip", text: "Take back a corner", onclick: () => tool().back?.() }),
  )
  const strip = h("div", { class: "tool-strip", role: "group", "aria-label": "Tool in use" }, h("p", {}, name, " ", help), width, corners)
  desk.on(["tool"], (state) => {
    const chosen = TOOLS.find((each) => each.name === state.tool)
    strip.hidden = state.tool === "click"
    name.textContent = chosen?.label ?? ""
    help.textContent = chosen?.help ?? ""
    width.hidden = state.tool !== "brush" && state.tool !== "eraser"
    corners.hidden = state.tool !== "polygon"
  }, signal)
  return strip
}

/** @param {Desk} desk  @param {AbortSignal} signal */
function widthSlider(desk, signal) {
  const { least, most } = BRUSH_PX
  const slider = h("input", { type: "range", id: "brush-width", min: least, max: most, title: "[ and ]", oninput: () => desk.set({ brushPx: Number(slider.value) }) })
  desk.on(["brushPx"], ({ brushPx }) => {
    slider.value = String(brushPx)
  }, signal)
  return h("div", { class: "slider" }, h("label", { for: "brush-width" }, icon("brush"), "Width"), slider)
}
