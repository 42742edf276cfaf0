/** @file How the masks look: filled, outlined, as a heat map; how strong; whether at all. */

import { h } from "./dom.js"

/** @type {[import("../desk.js").DeskState["mode"], string, string][]} */
const CHOICES = [
  ["fill", "Fill", "Fill and outline"],
  ["outline", "Outline", "Only the outline"],
  ["heat", "Heat map", "How sure the network is, class in use"],
]

/** @param {import("../desk.js").Desk} desk  @param {AbortSignal} signal  @returns {HTMLElement} */
export function displayPart(desk, signal) {
  const buttons = CHOICES.map(([mode, text, title]) => {
    const button = h("button", { type: "button", text, title: `${title} (O)`, onclick: () => desk.set({ mode, maskVisible: true }) })
    desk.on(["mode", "maskVisible"], (state) => button.setAttribute("aria-pressed", String(state.mode === mode && state.maskVisible)), signal)
    return button
  })
  const opacity = h("input", { type: "range", min: "0.1", max: "1", step: "0.05", id: "opacity", title: "[ and ]", oninput: () => desk.set({ opacity: Number(opacity.value) }) })
  desk.on(["opacity"], (state) => {
    opacity.value = String(state.opacity)
  }, signal)
  const legend = h("div", { class: "legend" }, h("span", { text: "unlikely" }), h("i"), h("span", { text: "sure" }))
  desk.on(["mode"], ({ mode }) => {
    legend.hidden = mode !== "heat"
  }, signal)
  return h(
    "section",
    { "aria-label": "Display" },
    h("h2", { text: "Display" }),
    h("div", { class: "segments", role: "group", "aria-label": "Look of the mask" }, ...buttons),
    legend,
    h("div", { class: "slider" }, h("label", { for: "opacity", text: "Opacity" }), opacity),
    h("div", { class: "switches" }, toggle(desk, "maskVisible", "Mask", "M", signal), toggle(desk, "dotsVisible", "Clicks", "H", signal)),
  )
}

/**
 * @param {import("../desk.js").Desk} desk
 * @param {"maskVisible" | "dotsVisible"} key
 * @param {string} text
 * @param {string} hotkey
 * @param {AbortSignal} signal
 */
function toggle(desk, key, text, hotkey, signal) {
  const box = h("input", { type: "checkbox", onchange: () => desk.set({ [key]: box.checked }) })
  desk.on([key], (state) => {
    box.checked = state[key]
  }, signal)
  return h("label", { class: "switch", title: `Show (${hotkey})` }, box, text)
}
