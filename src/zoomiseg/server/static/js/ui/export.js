/** @file Out to QuPath: copy or download what is on screen. */

import { getGeojson, maskImageUrl } from "../api.js"
import { merged } from "../geojson.js"
import { h, icon } from "./dom.js"
import { tell, tellProblem } from "./toast.js"

/** @typedef {import("../desk.js").Desk} Desk */
/** @typedef {import("../session.js").LiveSession} LiveSession */

// What a session has at least, be it empty.
const DEFAULT_CLASS = "tumour"

export class Exporter {
  #session
  #slideName

  /** @param {LiveSession} session  @param {string} slideName */
  constructor(session, slideName) {
    this.#session = session
    this.#slideName = slideName
  }

  async copy() {
    await this.#guarded(async () => {
      const text = await this.#geojson()
      await navigator.clipboard.writeText(text)
      tell("Copied as GeoJSON. In QuPath: save it as a .geojson file and drop that on the image, or paste it into a script.")
    })
  }

  async download() {
    await this.#guarded(async () => {
      const url = URL.createObjectURL(new Blob([await this.#geojson()], { type: "application/geo+json" }))
      const name = `${this.#slideName.replace(/^.*\//, "").replace(/\.\w+$/, "")}.geojson`
      h("a", { href: url, download: name }).click()
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
      tell(`${name} is in your downloads. Drop it on the image in QuPath.`)
    })
  }

  /** The mask of one class as a picture, which the browser fetches by itself.  @param {string} name */
  async maskImage(name) {
    await this.#guarded(async () => {
      if (!this.#classes().includes(name)) throw new Error(`There is no mask of ${name} yet. Click it first, or choose another class.`)
      h("a", { href: maskImageUrl(this.#session.id, name), download: true }).click()
    })
  }

  /** Those that have a mask. An export equals the screen: nothing may be on its way. */
  #classes() {
    const { info, waiting } = this.#session.store.state
    if (waiting) throw new Error("Some clicks are not saved yet. Wait until it says Saved, and do it again.")
    return info.classes.length ? info.classes : [DEFAULT_CLASS]
  }

  /** All classes that have a mask, in one file. */
  async #geojson() {
    const names = this.#classes()
    return merged(await Promise.all(names.map((name) => getGeojson(this.#session.id, name))))
  }

  /** @param {() => Promise<void>} work */
  async #guarded(work) {
    try {
      await work()
    } catch (error) {
      if (error instanceof DOMException) tell("The browser does not allow copying here. Download the file instead.", { kind: "problem", stays: true })
      else tellProblem(error)
    }
  }
}

/**
 * @param {Exporter} exporter
 * @param {{desk: Desk, onOpen: (file: File) => void}} parts
 * @param {AbortSignal} signal
 * @returns {HTMLElement}
 */
export const exportPart = (exporter, { desk, onOpen }, signal) =>
  h(
    "section",
    { "aria-label": "Result" },
    h("h2", { text: "Result" }),
    h(
      "div",
      { class: "exports" },
      h("button", { type: "button", class: "primary", title: "GeoJSON for QuPath (Ctrl+S)", onclick: () => exporter.download() }, icon("download"), "Download"),
      h("button", { type: "button", title: "Copy as GeoJSON", onclick: () => exporter.copy() }, icon("copy"), "Copy"),
    ),
    h("p", { class: "quiet" }, "GeoJSON for QuPath. Also as a ", maskImage(exporter, desk, signal), "."),
    opener(onOpen),
  )

/** A picture has room for one class: the one in use.  @param {Exporter} exporter  @param {Desk} desk  @param {AbortSignal} signal */
function maskImage(exporter, desk, signal) {
  const link = h("button", { type: "button", class: "link", title: "A pyramidal TIFF", onclick: () => exporter.maskImage(desk.state.className) })
  desk.on(["className"], ({ className }) => {
    link.textContent = `mask image of ${className}`
  }, signal)
  return link
}

/** A mask can be dropped anywhere; this says so, and serves those who cannot drop.  @param {(file: File) => void} onOpen */
function opener(onOpen) {
  const chosen = h("input", { type: "file", accept: ".geojson,.json,.tif,.tiff", hidden: true, "aria-label": "Mask to open" })
  chosen.addEventListener("change", () => {
    const file = chosen.files?.[0]
    chosen.value = ""
    if (file) onOpen(file)
  })
  return h(
    "p",
    { class: "quiet" },
    "Have a mask already? Drop it here, or ",
    h("button", { type: "button", class: "link", text: "open it", title: "GeoJSON or a mask TIFF", onclick: () => chosen.click() }),
    ".",
    chosen,
  )
}
