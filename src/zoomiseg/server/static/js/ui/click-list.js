/** @file What was done, the newest first: look at it on the slide, take it out. */

import { counted } from "../format.js"
import { h, icon, iconButton } from "./dom.js"

/** @typedef {import("../types.js").SessionEvent} SessionEvent */

const MOST_ROWS = 200
/** @type {Readonly<Record<string, string>>} */
const NAMES = {
  scribble: "Scribble",
  box: "Box",
  stroke: "Brush",
  polygon: "Polygon",
  settle: "Accepted region",
  lock: "Locked region",
  zoom: "Detail patch",
  import: "Imported",
  accept: "Accepted proposal",
}
/** @type {Readonly<Record<string, string>>} */
const ICONS = { scribble: "scribble", box: "box", stroke: "brush", polygon: "polygon", settle: "accept", lock: "lock", zoom: "plus", import: "open", accept: "check", learn: "check" }

/**
 * @param {object} parts
 * @param {import("../desk.js").Desk} parts.desk
 * @param {import("../session.js").LiveSession} parts.session
 * @param {(event: SessionEvent) => void} parts.onShow
 * @param {(name: string) => string} parts.colourOf
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export function clickListPart(parts, signal) {
  const title = h("h2", { text: "Clicks" })
  const list = h("ol", { class: "clicks" })
  const more = h("p", { class: "quiet" })
  parts.session.store.on(["events"], ({ events }) => {
    const focused = list.contains(document.activeElement)
    title.textContent = events.length ? `Clicks (${events.length})` : "Clicks"
    const newest = events.slice(-MOST_ROWS).reverse()
    list.replaceChildren(...newest.map((event) => row(event, parts)))
    const hidden = events.length - newest.length
    more.textContent = hidden > 0 ? `and ${counted(hidden, "older one")}` : events.length ? "" : "None yet. Click on tumour."
    if (focused) list.querySelector("button")?.focus()
  }, signal)
  return h("section", { class: "click-list", "aria-label": "Clicks" }, title, list, more)
}

/** @param {SessionEvent} event  @param {Parameters<typeof clickListPart>[0]} parts */
function row(event, { desk, session, onShow, colourOf }) {
  const place = event.scale === "high" ? "Detail" : event.scale === "low" ? "Overview" : ""
  const show = h(
    "button",
    { type: "button", class: "row", title: ["Show it on the slide", madeBy(event)].filter(Boolean).join(". "), onclick: () => onShow(event) },
    mark(event, colourOf),
    h("span", { class: "name", text: nameOf(event) }),
    h("span", { class: "quiet", text: event.pending ? "on its way" : place }),
  )
  const item = h("li", {}, show)
  item.addEventListener("pointerenter", () => desk.set({ highlighted: event.op_id }))
  item.addEventListener("pointerleave", () => desk.set({ highlighted: null }))
  show.addEventListener("focus", () => desk.set({ highlighted: event.op_id }))
  if (!event.pending && event.kind !== "zoom" && event.kind !== "learn") {
    const remove = iconButton("close", `Delete ${nameOf(event)}`, () => session.remove(event))
    remove.title = "Delete it; undo brings it back"
    item.append(remove)
  }
  return item
}

/** @param {SessionEvent} event  @param {(name: string) => string} colourOf */
function mark(event, colourOf) {
  if (event.kind !== "click") return icon(ICONS[event.kind] ?? "plus")
  const negative = event.label === -1
  const sign = h("i", { class: `sign ${negative ? "minus" : "plus"}`, text: negative ? "−" : "+" })
  if (!negative) sign.style.background = colourOf(event.class)
  return sign
}

/** @param {SessionEvent} event */
const madeBy = ({ author, time }) => (author && time ? `By ${author}, ${new Date(time).toLocaleString()}` : "")

/** @param {SessionEvent} event */
function nameOf(event) {
  if (event.kind === "stroke" && event.mode === "erase") return "Eraser"
  if (event.kind === "learn") return event.on ? "Learning on" : "Learning off"
  if (event.kind !== "click") return NAMES[event.kind] ?? event.kind
  return event.label === -1 ? `not ${event.class}` : event.class
}
