/** @file All keys on one page. */

import { TOOLS } from "../tools/tools.js"
import { h, iconButton } from "./dom.js"

/** @type {[string, [string, string][]][]} */
const GROUPS = [
  ["On the slide", [
    ["Left click", "this is tumour (the chosen class)"],
    ["Right click, Alt + click", "this is not; with scribble, brush and polygon too"],
    ["Hold a finger", "this is not (touch)"],
    ["Wheel, + and −", "zoom"],
    ["Drag, arrow keys", "move; hold Space to drag with any tool"],
    ["Enter, Shift + Enter", "click in the middle: tumour, not tumour"],
    ["0", "the whole slide"],
  ]],
  ["Tools", TOOLS.map(({ key, label }) => /** @type {[string, string]} */ ([key.toUpperCase(), label.toLowerCase()]))],
  ["Clicks", [
    ["Ctrl + Z", "undo, without limit"],
    ["Ctrl + Shift + Z, Ctrl + Y", "redo"],
    ["Y", "accept what is proposed, hatched"],
    ["N", "switch: clicks mean not tumour"],
    ["1 … 9", "choose the class"],
    ["Q", "who listens: automatic, overview, detail"],
    ["Backspace", "take back a polygon's corner"],
    ["Esc", "give up what is being drawn"],
  ]],
  ["View", [
    ["M", "show or hide the mask"],
    ["O", "filled, outline, heat map"],
    ["H", "show or hide the clicks"],
    ["[ and ]", "brush width, or mask opacity"],
    ["D", "dark or light"],
    ["Ctrl + S", "download for QuPath"],
    ["?", "this page"],
  ]],
]

/** @param {() => void} onHints  @returns {HTMLDialogElement} */
export function helpDialog(onHints) {
  const dialog = h("dialog", { class: "help", "aria-label": "Keys and gestures" })
  const hints = () => {
    dialog.close()
    onHints()
  }
  dialog.append(
    h("header", {}, h("h2", { text: "Keys and gestures" }), iconButton("close", "Close", () => dialog.close(), "Esc")),
    h("div", { class: "help-groups" }, ...GROUPS.map(group)),
    h("footer", {}, h("p", { text: "Everything is saved as you go." }), h("button", { type: "button", text: "Show the hints again", onclick: hints })),
  )
  return dialog
}

/** @param {[string, [string, string][]]} group */
const group = ([title, rows]) =>
  h("section", {}, h("h3", { text: title }), h("dl", {}, ...rows.flatMap(([key, what]) => [h("dt", {}, h("kbd", { text: key })), h("dd", { text: what })])))
