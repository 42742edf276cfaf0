/** @file Keys of the workplace. They are silent while somebody types or a dialog is open. */

import { nextMode, nextPin, resize } from "./desk.js"
import { TOOLS } from "./tools/tools.js"
import { toggleTheme } from "./ui/theme.js"

const PAN_PX = 120

/**
 * @typedef {object} Actions
 * @property {import("./desk.js").Desk} desk
 * @property {import("./session.js").LiveSession} session
 * @property {import("./viewer.js").SlideViewer} viewer
 * @property {import("./tools/pointer.js").PointerRouter} pointer
 * @property {() => import("./tools/pointer.js").Tool} tool
 * @property {string[]} classes
 * @property {import("./proposals.js").Proposals} proposals
 * @property {(negative: boolean) => void} clickCentre
 * @property {() => void} help
 * @property {() => void} download
 */

/** @param {Actions} actions  @param {AbortSignal} signal */
export function listenToKeys(actions, signal) {
  // OpenSeadragon has keys of its own, which would act twice.
  actions.viewer.osd.addHandler("canvas-key", (event) => {
    event.preventDefaultAction = true
  })
  addEventListener("keydown", (event) => onKey(event, actions), { signal })
  showKeyboardUse(signal)
  giveFocusBack(actions.viewer, signal)
  addEventListener("keyup", (event) => {
    if (event.key === " ") actions.pointer.space = false
  }, { signal })
  addEventListener("blur", () => (actions.pointer.space = false), { signal })
}

/** A browser shows the focus once any key was pressed; who has the hand on the mouse does not want to see it.
 *  @param {AbortSignal} signal */
function showKeyboardUse(signal) {
  const { dataset } = document.documentElement
  addEventListener("keydown", ({ key }) => {
    if (key === "Tab" || key.startsWith("Arrow")) dataset.moves = "by-keys"
  }, { signal, capture: true })
  addEventListener("pointerdown", () => delete dataset.moves, { signal, capture: true })
}

/** Who presses a button with the mouse goes on at the slide: the next Space or Enter must not press it again.
 *  @param {import("./viewer.js").SlideViewer} viewer  @param {AbortSignal} signal */
function giveFocusBack(viewer, signal) {
  addEventListener("click", (event) => {
    const byPointer = event.detail > 0
    if (!byPointer || document.querySelector("dialog[open]")) return
    // The path, since a button may have changed its icon, which was pressed, by now.
    if (event.composedPath().some((each) => each instanceof Element && each.matches("button, input, label"))) viewer.focus()
  }, { signal })
}

/** @param {KeyboardEvent} event  @param {Actions} actions */
function onKey(event, actions) {
  if (document.querySelector("dialog[open]") || isTyping(event.target)) return
  const done = event.ctrlKey || event.metaKey ? withControl(event, actions) : event.altKey ? false : plain(event, actions)
  if (done) event.preventDefault()
}

/** @param {EventTarget | null} target */
const isTyping = (target) => target instanceof HTMLInputElement && !["checkbox", "range"].includes(target.type)

/** @param {KeyboardEvent} event  @param {Actions} actions  @returns {boolean} Whether the key meant something. */
function withControl(event, { session, tool, download }) {
  const key = event.key.toLowerCase()
  if (key === "z" && !event.shiftKey) tool().back?.() || session.undo()
  else if (key === "z") session.redo()
  else if (key === "y") session.redo()
  else if (key === "s") download()
  else return false
  return true
}

/** @param {KeyboardEvent} event  @param {Actions} actions  @returns {boolean} */
function plain(event, actions) {
  const { desk } = actions
  if (moves(event, actions)) return true
  const tool = TOOLS.find((each) => each.key === event.key.toLowerCase())
  if (tool) {
    actions.tool().cancel?.()
    desk.set({ tool: tool.name })
    return true
  }
  const name = /^[1-9]$/.test(event.key) ? actions.classes[Number(event.key) - 1] : undefined
  if (name) desk.set({ className: name })
  const action = keys(actions)[event.key.toLowerCase()]
  action?.()
  return Boolean(name || action)
}

/** @param {Actions} actions  @returns {Record<string, (() => void) | undefined>} */
const keys = ({ desk, viewer, tool, help, proposals }) => ({
  y: () => proposals.accept(),
  n: () => desk.set({ label: desk.state.label === 1 ? -1 : 1 }),
  q: () => nextPin(desk),
  m: () => desk.set({ maskVisible: !desk.state.maskVisible }),
  h: () => desk.set({ dotsVisible: !desk.state.dotsVisible }),
  o: () => nextMode(desk),
  d: toggleTheme,
  "[": () => resize(desk, -1),
  "]": () => resize(desk, 1),
  "+": () => viewer.zoomBy(1.5),
  "=": () => viewer.zoomBy(1.5),
  "-": () => viewer.zoomBy(1 / 1.5),
  0: () => viewer.fit(),
  escape: () => tool().cancel?.(),
  backspace: () => tool().back?.(),
  "?": help,
})

/** Keys that mean the slide only while it has the focus, or nothing has.
 *  @param {KeyboardEvent} event  @param {Actions} actions  @returns {boolean} */
function moves({ key, shiftKey, target }, { viewer, pointer, tool, clickCentre }) {
  const elsewhere = target instanceof Element && target !== document.body && !viewer.element.contains(target)
  if (elsewhere) return false
  if (key === "ArrowLeft") viewer.panBy(-PAN_PX, 0)
  else if (key === "ArrowRight") viewer.panBy(PAN_PX, 0)
  else if (key === "ArrowUp") viewer.panBy(0, -PAN_PX)
  else if (key === "ArrowDown") viewer.panBy(0, PAN_PX)
  else if (key === " ") pointer.space = true
  else if (key === "Enter") tool().finish?.() || clickCentre(shiftKey)
  else return false
  return true
}
