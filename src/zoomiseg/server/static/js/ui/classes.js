/** @file The classes: which one is clicked, how large each is, and how much of the tissue. */

import { area, percent } from "../format.js"
import { h } from "./dom.js"

/**
 * @param {import("../desk.js").Desk} desk
 * @param {import("../session.js").LiveSession} session
 * @param {import("../types.js").ClassInfo[]} classes
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function classesPart(desk, session, classes, signal) {
  const list = h("div", { class: "classes", role: "radiogroup", "aria-label": "Class to click" })
  for (const [i, { name, colour }] of classes.entries()) list.append(row(desk, session, { name, colour, key: i + 1 }, signal))
  const tissue = h("p", { class: "quiet" })
  session.store.on(["measures", "measuring", "info", "waiting"], ({ measures, measuring, info, waiting }) => {
    tissue.textContent = measures ? `Shares are of ${area(measures.tissue_mm2)} tissue.` : measuring ? "Measuring the tissue…" : ""
    list.classList.toggle("measuring", measuring || waiting > 0 || measures?.revision !== info.revision)
  }, signal)
  return h("section", { "aria-label": "Classes" }, h("h2", { text: "Classes" }), list, tissue)
}

/**
 * @param {import("../desk.js").Desk} desk
 * @param {import("../session.js").LiveSession} session
 * @param {{name: string, colour: string, key: number}} what
 * @param {AbortSignal} signal
 */
function row(desk, session, { name, colour, key }, signal) {
  const swatch = h("i", { class: "swatch" })
  swatch.style.background = colour
  const size = h("span", { class: "size" })
  const button = h(
    "button",
    { type: "button", role: "radio", class: "class", title: `${name} (${key})`, onclick: () => desk.set({ className: name }) },
    swatch,
    h("span", { class: "name", text: name }),
    size,
    h("kbd", { text: String(key) }),
  )
  desk.on(["className"], ({ className }) => {
    button.setAttribute("aria-checked", String(className === name))
  }, signal)
  session.store.on(["measures"], ({ measures }) => {
    const own = measures?.classes.find((each) => each.name === name)
    size.textContent = own && own.area_mm2 > 0 ? `${area(own.area_mm2)} · ${percent(own.share_of_tissue)}` : ""
  }, signal)
  return button
}
