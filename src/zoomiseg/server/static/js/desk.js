/** @file What the user has in hand: tool, class, scale, and how the masks look. */

import { Store } from "./store.js"

/** @typedef {import("./types.js").ScaleName} ScaleName */

/**
 * @typedef {object} DeskState
 * @property {import("./tools/tools.js").ToolName} tool
 * @property {string} className
 * @property {import("./types.js").Label} label What a plain click says.
 * @property {"auto" | ScaleName} pin
 * @property {ScaleName} scale Which network listens.
 * @property {number} screenMpp µm per CSS pixel.
 * @property {number} brushPx
 * @property {"fill" | "outline" | "heat"} mode
 * @property {number} opacity
 * @property {boolean} maskVisible
 * @property {boolean} dotsVisible
 * @property {string | null} highlighted The `op_id` of an event.
 */

/** @typedef {Store<DeskState>} Desk */

export const BRUSH_PX = { least: 4, most: 200 }
const KEY = "zoomiseg.look"
export const MODES = /** @type {const} */ (["fill", "outline", "heat"])

/** @param {string} className  @returns {Desk} */
export function makeDesk(className) {
  return new Store(
    /** @type {DeskState} */ ({
      tool: "click",
      className,
      label: 1,
      pin: "auto",
      scale: "low",
      screenMpp: 1,
      brushPx: 24,
      mode: "fill",
      opacity: 0.75,
      maskVisible: true,
      dotsVisible: true,
      highlighted: null,
      ...kept(),
    }),
  )
}

/** Keep how masks look for the next visit.  @param {Desk} desk  @param {AbortSignal} signal */
export const keepLook = (desk, signal) =>
  desk.on(["mode", "opacity"], ({ mode, opacity }) => localStorage.setItem(KEY, JSON.stringify({ mode, opacity })), signal)

/** @returns {Partial<DeskState>} */
function kept() {
  try {
    const { mode, opacity } = JSON.parse(localStorage.getItem(KEY) ?? "{}")
    if (MODES.includes(mode) && opacity >= 0 && opacity <= 1) return { mode: mode === "heat" ? "fill" : mode, opacity }
  } catch {
    // Somebody else wrote there.
  }
  return {}
}

/** @param {Desk} desk */
export function nextMode(desk) {
  const next = MODES[(MODES.indexOf(desk.state.mode) + 1) % MODES.length]
  desk.set({ mode: next, maskVisible: true })
}

/** @param {Desk} desk */
export function nextPin(desk) {
  const pins = /** @type {const} */ (["auto", "low", "high"])
  desk.set({ pin: pins[(pins.indexOf(desk.state.pin) + 1) % pins.length] })
}

/** @param {Desk} desk  @param {number} direction 1 or -1 */
export function resize(desk, direction) {
  const { tool, brushPx, opacity } = desk.state
  if (tool === "brush" || tool === "eraser") {
    const next = brushPx * (direction > 0 ? 1.25 : 0.8)
    desk.set({ brushPx: Math.round(Math.min(Math.max(next, BRUSH_PX.least), BRUSH_PX.most)) })
  } else desk.set({ opacity: Math.min(Math.max(Math.round((opacity + direction * 0.1) * 100) / 100, 0.1), 1) })
}
