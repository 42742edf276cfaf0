/** @file Frames of regions: the detail patch that is being refined, what is accepted, what is locked. */

import { onScreen } from "./overlay.js"

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").SessionInfo} SessionInfo */
/** @typedef {import("./viewer.js").View} View */

/** @type {Readonly<Record<"high" | "settled" | "locked" | "proposed", {colour: string, dash: number[]}>>} */
const LOOK = {
  high: { colour: "#ffffff", dash: [] },
  settled: { colour: "#00b386", dash: [8, 4] },
  locked: { colour: "#ffb000", dash: [3, 5] },
  proposed: { colour: "#d9c8ff", dash: [12, 8] },
}
const LABEL_FROM_PX = 90
const HATCH_ALPHA = 0.7

/**
 * @param {() => {patches: SessionInfo["patches"], refined: Box | null, detail: boolean}} state
 * @returns {import("./overlay.js").Painter}
 */
export const framesPainter = (state) => (context, view) => {
  const { patches, refined, detail } = state()
  for (const box of patches.settled) drawFrame(context, view, box, { kind: "settled", label: "accepted" })
  for (const box of patches.locked ?? []) drawFrame(context, view, box, { kind: "locked", label: "locked" })
  if (refined && detail) drawFrame(context, view, refined, { kind: "high", label: "refined in detail" })
}

/** What clicks elsewhere propose: hatched, in a frame of its own, so that nobody takes it for the mask.
 *  @param {() => import("./proposals.js").Shown | null} state  @returns {import("./overlay.js").Painter} */
export const proposalPainter = (state) => (context, view) => {
  const shown = state()
  if (!shown) return
  const [x, y, width, height] = shown.box
  const from = onScreen(view, { x, y })
  context.globalAlpha = HATCH_ALPHA
  context.drawImage(shown.bitmap, from.x, from.y, width * view.scale, height * view.scale)
  context.globalAlpha = 1
  drawFrame(context, view, shown.box, { kind: "proposed", label: "proposed" })
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {Box} box
 * @param {{kind: keyof typeof LOOK, label: string}} what
 */
function drawFrame(context, view, [x, y, width, height], { kind, label }) {
  const { colour, dash } = LOOK[kind]
  const from = onScreen(view, { x, y })
  const [w, h] = [width * view.scale, height * view.scale]
  context.setLineDash([])
  context.lineWidth = 5
  context.strokeStyle = "rgb(0 0 0 / 55%)"
  context.strokeRect(from.x, from.y, w, h)
  context.setLineDash(dash)
  context.lineWidth = 2.5
  context.strokeStyle = colour
  context.strokeRect(from.x, from.y, w, h)
  if (w >= LABEL_FROM_PX) drawLabel(context, { x: Math.max(from.x, 0), y: Math.max(from.y, 0) }, label)
}

/** @param {CanvasRenderingContext2D} context  @param {{x: number, y: number}} at  @param {string} label */
function drawLabel(context, { x, y }, label) {
  context.font = "600 12px system-ui, sans-serif"
  const width = context.measureText(label).width
  context.fillStyle = "rgb(20 22 26 / 85%)"
  context.fillRect(x + 1, y + 1, width + 12, 19)
  context.fillStyle = "#fff"
  context.fillText(label, x + 7, y + 15)
}

/** Return the newest detail patch that holds the newest detail click, or the newest at all.
 *  @param {SessionInfo} info  @returns {Box | null} */
export function refinedPatch({ patches, events }) {
  const click = events.findLast((event) => event.kind === "click" && event.scale === "high")
  const holding = patches.high.findLast(([x, y, width, height]) => {
    const [cx, cy] = [click?.x ?? -1, click?.y ?? -1]
    return cx >= x && cy >= y && cx < x + width && cy < y + height
  })
  return holding ?? null
}
