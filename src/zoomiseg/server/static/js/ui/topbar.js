/** @file The line above: which slide, whether all is saved, undo and redo, theme and help. */

import { counted } from "../format.js"
import { h, icon, iconButton } from "./dom.js"
import { themeButton } from "./theme.js"

/** @typedef {import("../session.js").SessionState} SessionState */

/**
 * @param {object} parts
 * @param {string} parts.name The slide's.
 * @param {import("../session.js").LiveSession} parts.session
 * @param {HTMLElement} parts.badge
 * @param {() => void} parts.onHelp
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function topbar({ name, session, badge, onHelp }, signal) {
  const undo = iconButton("undo", "Undo", () => session.undo(), "Ctrl+Z")
  const redo = iconButton("redo", "Redo", () => session.redo(), "Ctrl+Shift+Z")
  session.store.on(["info", "waiting"], ({ info, waiting }) => {
    undo.disabled = !info.undoable && !waiting
    redo.disabled = !info.redoable
  }, signal)
  return h(
    "header",
    { class: "topbar" },
    h("a", { class: "icon-button", href: "#/", "aria-label": "All slides", title: "All slides" }, icon("back")),
    h("h1", { text: name, title: name }),
    status(session, signal),
    h("div", { class: "middle" }, badge),
    undo,
    redo,
    h("span", { class: "gap" }),
    themeButton(signal),
    iconButton("help", "Keys and gestures", onHelp, "?"),
  )
}

/** @param {import("../session.js").LiveSession} session  @param {AbortSignal} signal */
function status(session, signal) {
  const text = h("span")
  const mark = h("span", { class: "mark" })
  const element = h("div", { class: "status", role: "status", "aria-live": "polite" }, mark, text)
  session.store.on(["connection", "waiting", "trouble"], (state) => {
    const { icon: name, words } = words_of(state)
    element.dataset.connection = state.connection
    text.textContent = words
    element.title = state.trouble || words
    mark.replaceChildren(name ? icon(name) : "")
  }, signal)
  return element
}

/** @param {SessionState} state  @returns {{icon: string | null, words: string}} */
function words_of({ connection, waiting, trouble }) {
  const kept = waiting ? `, ${counted(waiting, "change")} kept here` : ""
  switch (connection) {
    case "saved":
      return { icon: "check", words: "Saved" }
    case "saving":
      return { icon: null, words: waiting > 1 ? `Saving ${waiting}` : "Saving" }
    case "offline":
      return { icon: "offline", words: `Offline${kept}` }
    case "trouble":
      return { icon: "warning", words: `Not saved${kept}: ${trouble}` }
  }
}
