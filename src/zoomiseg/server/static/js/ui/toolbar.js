/** @file The tools as a column of buttons. */

import { TOOLS } from "../tools/tools.js"
import { h, icon, iconButton } from "./dom.js"

const GAPS_BEFORE = new Set(["brush", "accept", "pan"])

/** @param {import("../desk.js").Desk} desk  @param {AbortSignal} signal  @returns {HTMLElement} */
export function toolbar(desk, signal) {
  const bar = h("nav", { class: "toolbar", "aria-label": "Tools" })
  for (const { name, label, help, key } of TOOLS) {
    if (GAPS_BEFORE.has(name)) bar.append(h("hr"))
    const button = iconButton(name, label, () => desk.set({ tool: name }), key.toUpperCase())
    button.title = `${label} (${key.toUpperCase()}): ${help}`
    button.dataset.tool = name
    desk.on(["tool"], ({ tool }) => button.setAttribute("aria-pressed", String(tool === name)), signal)
    bar.append(button)
  }
  bar.append(h("hr"), signSwitch(desk, signal))
  return bar
}

/** What a plain click says: for touch and pens, which have no second button.
 *  @param {import("../desk.js").Desk} desk  @param {AbortSignal} signal */
function signSwitch(desk, signal) {
  const button = h("button", { type: "button", class: "sign", onclick: () => desk.set({ label: desk.state.label === 1 ? -1 : 1 }) })
  desk.on(
    ["label"],
    ({ label }) => {
      const says = label === 1 ? "A click says: this is it" : "A click says: this is not"
      button.replaceChildren(icon(label === 1 ? "plus" : "minus"))
      button.dataset.sign = label === 1 ? "plus" : "minus"
      button.setAttribute("aria-label", says)
      button.title = `${says}. Switch (N)`
    },
    signal,
  )
  return button
}
