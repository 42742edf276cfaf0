/** @file Asks for what a slide does not tell: its µm per pixel. */

import { h } from "./dom.js"

/** @type {[string, string][]} */
const USUAL = [["0.25", "40x scan"], ["0.5", "20x scan"], ["1", "10x scan"]]

/** @param {string} name  @returns {Promise<number | null>} Null when the user gives up. */
export function askMpp(name) {
  const input = h("input", { type: "number", min: "0.05", max: "10", step: "any", required: true, id: "mpp", inputmode: "decimal", placeholder: "0.25" })
  const usual = USUAL.map(([value, label]) =>
    h("button", { type: "button", class: "chip", text: `${label}: ${value}`, onclick: () => (input.value = value) }),
  )
  const dialog = h("dialog", { class: "ask", "aria-label": "Scale of the slide" })
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { text: "How large is a pixel of this slide?" }),
    h("p", { text: `${name} does not say its µm per pixel. The networks need it: a wrong value gives a wrong mask and wrong areas.` }),
    h("label", { for: "mpp", text: "µm per pixel" }),
    input,
    h("div", { class: "chips" }, ...usual),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", text: "Cancel", onclick: () => dialog.close("cancel") }),
      h("button", { type: "submit", class: "primary", value: "ok", text: "Begin" }),
    ),
  )
  dialog.append(form)
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "ok" ? Number(input.value) : null)
      dialog.remove()
    }),
  )
}
