/** @file Sentences for the user that come and go; those that need an answer stay until he has read them. */

import { Problem } from "../api.js"
import { h, iconButton } from "./dom.js"

const SHOWN_MS = 6000

/** @param {string} text  @param {{stays?: boolean, kind?: "info" | "problem"}} [how] */
export function tell(text, { stays = false, kind = "info" } = {}) {
  const place = document.getElementById("toasts")
  if (!place) return
  for (const same of place.querySelectorAll(".toast")) if (same.getAttribute("data-text") === text) same.remove()
  const toast = h("div", { class: `toast ${kind}`, "data-text": text }, h("p", { text }))
  toast.append(iconButton("close", "Dismiss", () => toast.remove()))
  place.append(toast)
  if (!stays) setTimeout(() => toast.remove(), SHOWN_MS)
}

/** Tell what went wrong and what to do.  @param {unknown} error */
export function tellProblem(error) {
  const hint = error instanceof Problem ? error.hint : null
  const message = error instanceof Error ? error.message : "Something went wrong. Reload the page; what was saved is safe."
  tell([message, hint].filter(Boolean).join(" "), { kind: "problem", stays: true })
}
