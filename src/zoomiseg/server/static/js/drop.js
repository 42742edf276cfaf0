/** @file A file dropped on the window becomes the mask to begin with. */

import { importFile } from "./api.js"
import { refusal } from "./geojson.js"
import { h } from "./ui/dom.js"
import { tell, tellProblem } from "./ui/toast.js"

/**
 * @param {HTMLElement} place Shows where to drop.
 * @param {import("./session.js").LiveSession} session
 * @param {() => string} className
 * @param {AbortSignal} signal
 */
export function acceptDrops(place, session, className, signal) {
  const veil = h("div", { class: "drop", hidden: true }, h("p", { text: "Drop GeoJSON or a mask TIFF: it becomes the mask to go on from." }))
  place.append(veil)
  /** @param {DragEvent} event */
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files") ?? false
  addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return
    event.preventDefault()
    veil.hidden = false
  }, { signal })
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true
  }, { signal })
  addEventListener("drop", (event) => {
    veil.hidden = true
    const file = event.dataTransfer?.files[0]
    if (!file) return
    event.preventDefault()
    void take(file, session, className())
  }, { signal })
}

/** @param {File} file  @param {import("./session.js").LiveSession} session  @param {string} className */
export async function take(file, session, className) {
  const why = await refusal(file)
  if (why) return tell(why, { kind: "problem", stays: true })
  try {
    session.changedBy(await importFile(session.id, file, className))
    tell(`${file.name} is the mask now. Click to repair it; undo takes it back.`)
  } catch (error) {
    tellProblem(error)
  }
}
