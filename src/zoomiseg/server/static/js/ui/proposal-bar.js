/** @file Says that something is proposed in the middle of the view, and lets the user take it or leave it. */

import { h } from "./dom.js"

/** @param {import("../proposals.js").Proposals} proposals  @param {AbortSignal} signal  @returns {HTMLElement} */
export function proposalBar(proposals, signal) {
  const text = h("span")
  const accept = h("button", { type: "button", class: "primary", title: "Take it as the mask; undo takes it back (Y)", onclick: () => proposals.accept() }, "Accept", h("kbd", { text: "Y" }))
  const ignore = h("button", { type: "button", text: "Not here", title: "Show it no more in this place", onclick: () => proposals.ignore() })
  const bar = h("div", { class: "proposal", role: "group", "aria-label": "Proposal" }, text, accept, ignore)
  proposals.store.on(["shown"], ({ shown }) => {
    bar.hidden = !shown
    text.textContent = shown ? `Your clicks elsewhere propose the hatched ${shown.className}` : ""
  }, signal)
  return h("div", { class: "proposal-place", role: "status" }, bar)
}
