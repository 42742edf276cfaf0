/** @file A file dropped on the window is opened as a mask. */

import { h } from "./ui/dom.js"

/**
 * @param {HTMLElement} place Shows where to drop.
 * @param {(file: File) => void} onFile
 * @param {AbortSignal} signal
 */
export function acceptDrops(place, onFile, signal) {
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
    onFile(file)
  }, { signal })
}
