/** @file Who listens to the next click, always in sight; a press pins it. */

import { magnificationText, scaleText } from "../scale.js"
import { h } from "./dom.js"

/** @typedef {import("../types.js").Config} Config */

/**
 * @param {import("../desk.js").Desk} desk
 * @param {Config} config
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function scaleBadge(desk, config, signal) {
  const from = magnificationText(config.high_from_mpp)
  const choices = /** @type {const} */ ([
    ["low", scaleText(config, "low"), `Clicks outline coarsely. Automatic up to ${from}; press to keep it at any zoom.`],
    ["high", scaleText(config, "high"), `Clicks refine the border. Automatic from ${from} on; press to keep it at any zoom.`],
  ])
  const auto = h("button", { type: "button", class: "auto", text: "Auto", title: `The zoom decides: detail from ${from} on (Q)`, onclick: () => desk.set({ pin: "auto" }) })
  const buttons = choices.map(([scale, text, title]) =>
    h("button", { type: "button", text, title: `${title} (Q)`, "data-scale": scale, onclick: () => desk.set({ pin: desk.state.pin === scale ? "auto" : scale }) }),
  )
  const badge = h("div", { class: "scale-badge", role: "group", "aria-label": "Who listens to your clicks" }, auto, ...buttons)
  desk.on(["scale", "pin"], ({ scale, pin }) => {
    badge.dataset.scale = scale
    auto.setAttribute("aria-pressed", String(pin === "auto"))
    for (const button of buttons) {
      const own = button.dataset.scale
      button.setAttribute("aria-pressed", String(pin === own))
      button.classList.toggle("listening", scale === own)
      if (scale === own) button.setAttribute("aria-current", "true")
      else button.removeAttribute("aria-current")
    }
  }, signal)
  return badge
}
