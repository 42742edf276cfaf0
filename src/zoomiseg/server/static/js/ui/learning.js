/** @file Learning from the slide in plain words, and the switch for it. */

import { h } from "./dom.js"

/** @type {Readonly<Record<string, string>>} */
const WORDS = {
  statistics: "The networks get used to this slide's stain.",
  head: "A patch's clicks correct all of it.",
  memory: "Clicks count in other places too, and propose masks there.",
  views: "The networks look twice, at several magnifications: fewer clicks, and each takes longer.",
  refine: "Clicks tune the networks, which takes longer.",
  guard: "What does not help is put aside.",
}

/** What is learnt, in sentences.  @param {string} adapt Parts joined by "+".  @returns {string} */
export const learnt = (adapt) => adapt.split("+").map((part) => WORDS[part] ?? part).join(" ")

/** Only where a session was begun to learn; the others have nothing to switch.
 *  @param {import("../session.js").LiveSession} session  @param {AbortSignal} signal  @returns {HTMLElement} */
export function learningPart(session, signal) {
  const box = h("input", { type: "checkbox", onchange: () => session.learn(box.checked) })
  const text = h("p", { class: "quiet" })
  const part = h("section", { "aria-label": "Learning" }, h("label", { class: "switch" }, box, "Learn from this slide"), text)
  session.store.on(["info", "events"], ({ info, events }) => {
    const pending = events.findLast((event) => event.kind === "learn" && event.pending)
    const on = pending?.on ?? info.learns
    box.checked = on
    text.textContent = on ? learnt(info.adapt) : "Off: new clicks are answered by the networks as they are. Masks stay."
    part.hidden = info.adapt === "off"
  }, signal)
  return part
}
