/** @file The masks on a canvas above the slide: drawn in the slide's own frame, changed without a flash. */

import { API } from "../api.js"
import { TileLoader } from "./loader.js"
import { overlaps, Pyramid } from "./pyramid.js"
import { HeldTiles } from "./tiles.js"

/** @typedef {import("../types.js").Box} Box */
/** @typedef {import("../types.js").Change} Change */
/** @typedef {import("../types.js").ClassInfo} ClassInfo */
/** @typedef {import("../viewer.js").View} View */
/** @typedef {import("./colour.js").Style} Style */
/** @typedef {import("./pyramid.js").TileIndex} TileIndex */
/** @typedef {import("./tiles.js").Held} Held */

const MOST_TILES = 500
const MOST_CHANGES = 256
const COARSER_LEVELS = 6
/** New tiles are shown together; the first waits at most this long for the others. */
const TOGETHER_MS = 500
const RETRY_MS = 1000

export class MaskLayer {
  #viewer
  #pyramid
  #session
  #context
  #loader
  #held = new HeldTiles(MOST_TILES)
  /** @type {Change[]} */
  #changes = []
  #base
  #maskId
  #frame = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #together
  /** @type {{classes: ClassInfo[], mode: Style["mode"], visible: boolean}} */
  #look = { classes: [], mode: "fill", visible: true }
  #asked = 0

  /**
   * @param {import("../viewer.js").SlideViewer} viewer
   * @param {HTMLCanvasElement} canvas Covers the viewer.
   * @param {import("../types.js").SessionInfo} session
   * @param {AbortSignal} signal
   */
  constructor(viewer, canvas, session, signal) {
    this.#viewer = viewer
    this.#pyramid = new Pyramid(viewer.slide)
    this.#session = session.id
    this.#base = session.revision
    this.#maskId = session.mask_id
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"))
    this.canvas = canvas
    this.#loader = new TileLoader(signal, (wish, bitmap, failed) => this.#arrived(wish.key, wish, bitmap, failed))
    viewer.onMove(() => this.draw())
    signal.addEventListener("abort", () => clearTimeout(this.#together), { once: true })
  }

  /** @param {{classes: ClassInfo[], mode: Style["mode"], visible: boolean}} look Classes that have a mask, the topmost last. */
  show(look) {
    this.#look = look
    this.#want()
    this.draw()
  }

  /** Fetch all anew where the server, started again, may show other masks of the same revisions.  @param {string} maskId */
  name(maskId) {
    if (maskId === this.#maskId) return
    this.#maskId = maskId
    this.#want()
  }

  /** Fetch what a change has touched; the rest stays.  @param {Change} change */
  change(change) {
    // Every change comes twice, as an answer and as news; what was missed comes under the newest number.
    const known = this.#changes.some((each) => each.revision === change.revision && String(each.changed) === String(change.changed))
    if (known || change.revision <= this.#base) return
    this.#changes.push(change)
    if (this.#changes.length > MOST_CHANGES) this.#base = /** @type {Change} */ (this.#changes.shift()).revision
    const frame = this.#frame
    for (const held of [...this.#held.map.values()]) {
      const touched = change.changed.some((box) => overlaps(box, held.box))
      if (touched && held.used < frame) this.#held.drop(held)
    }
    this.#want()
  }

  /** Draw what is there, in this frame. */
  draw() {
    const view = this.#viewer.view
    if (!view) return
    this.#frame++
    fitCanvas(this.canvas, view)
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    if (this.#look.visible) {
      const level = this.#pyramid.levelOf(view)
      const tiles = this.#pyramid.visible(view, level)
      for (const layer of this.#layers()) for (const tile of tiles) this.#drawTile(view, layer.name, tile)
    }
    cancelAnimationFrame(this.#asked)
    this.#asked = requestAnimationFrame(() => this.#want())
  }

  #layers() {
    return this.#look.visible ? this.#look.classes : []
  }

  /** @param {View} view  @param {string} layer  @param {TileIndex} tile */
  #drawTile(view, layer, tile) {
    const box = this.#pyramid.boxOf(tile)
    const own = this.#held.shown(layer, tile)
    if (own) {
      own.used = this.#frame
      if (own.bitmap) this.#paint(view, own, box)
      return
    }
    for (let up = 1; up <= COARSER_LEVELS; up++) {
      const parent = { level: tile.level - up, x: tile.x >> up, y: tile.y >> up }
      const held = this.#held.shown(layer, parent)
      if (!held) continue
      held.used = this.#frame
      if (held.bitmap) this.#paint(view, held, box)
      return
    }
    for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
      const child = this.#held.shown(layer, { level: tile.level + 1, x: 2 * tile.x + dx, y: 2 * tile.y + dy })
      if (child?.bitmap) this.#paint(view, child, child.box)
    }
  }

  /** Paint the part of a tile that lies in a box; edges on whole device pixels, so that no seam shows.
   *  @param {View} view  @param {Held} held  @param {Box} part */
  #paint(view, held, part) {
    if (!held.bitmap) return
    const down = this.#pyramid.downsample(held.tile.level)
    const [px, py, pw, ph] = part
    const [left, top] = [device(view, px, view.left), device(view, py, view.top)]
    const [right, bottom] = [device(view, px + pw, view.left), device(view, py + ph, view.top)]
    const [sx, sy] = [(px - held.box[0]) / down, (py - held.box[1]) / down]
    const [sw, sh] = [Math.min(pw / down, held.bitmap.width - sx), Math.min(ph / down, held.bitmap.height - sy)]
    if (sw <= 0 || sh <= 0 || right <= left || bottom <= top) return
    this.#context.drawImage(held.bitmap, sx, sy, sw, sh, left, top, right - left, bottom - top)
  }

  /** Ask for the tiles in view that do not show what they should. */
  #want() {
    const view = this.#viewer.view
    if (!view) return
    const now = performance.now()
    const wishes = []
    for (const tile of this.#pyramid.visible(view, this.#pyramid.levelOf(view))) {
      for (const layer of this.#layers()) {
        const held = this.#held.at(layer.name, tile, this.#pyramid.boxOf(tile))
        held.used = this.#frame
        const revision = this.#revisionOf(held.box)
        held.wanted = `${this.#maskId} ${revision} ${this.#look.mode} ${layer.colour}`
        if (held.next && held.next.wanted !== held.wanted) held.next = null
        if (held.shown === held.wanted || held.next || held.retryAt > now) continue
        const key = HeldTiles.key(layer.name, tile)
        wishes.push({ key, url: this.#url(layer.name, tile, revision), style: { mode: this.#look.mode, colour: layer.colour } })
      }
    }
    this.#held.trim()
    this.#loader.want(wishes)
    if (!wishes.length) this.#settled()
  }

  /** @param {string} key  @param {{url: string, style: Style}} wish  @param {ImageBitmap | null} bitmap  @param {boolean} failed */
  #arrived(key, wish, bitmap, failed) {
    const held = this.#held.map.get(key)
    if (!held) return bitmap?.close()
    const asked = new URLSearchParams(wish.url.split("?")[1])
    const revision = asked.get("v")
    const got = `${asked.get("m")} ${revision} ${wish.style.mode} ${wish.style.colour}`
    if (failed) {
      held.retryAt = performance.now() + RETRY_MS
      setTimeout(() => this.#want(), RETRY_MS + 20)
      return
    }
    held.next = { bitmap, wanted: got }
    if (held.wanted !== got) held.next = null
    if (!held.shown && held.next && Number(revision) <= Number(this.canvas.dataset.revision)) {
      HeldTiles.swap(held) // newly in view, and no part of a change: nothing can flash or be cut in two
      this.draw()
      return
    }
    this.#together ??= setTimeout(() => this.#swap(), TOGETHER_MS)
    this.#want()
  }

  #swap() {
    clearTimeout(this.#together)
    this.#together = undefined
    let swapped = false
    for (const held of this.#held.map.values()) {
      swapped ||= held.next !== null
      HeldTiles.swap(held)
    }
    if (swapped) this.draw()
  }

  /** Note on the canvas of which revision all is that the user sees. */
  #settled() {
    this.#swap()
    const shown = String(this.#changes.reduce((newest, change) => Math.max(newest, change.revision), this.#base))
    if (this.canvas.dataset.revision !== shown) this.canvas.dataset.revision = shown
  }

  /** The newest revision that changed anything there, as far as this page knows.  @param {Box} box  @returns {number} */
  #revisionOf(box) {
    const newest = this.#changes.filter((change) => change.changed.some((each) => overlaps(each, box)))
    return Math.max(this.#base, ...newest.map((change) => change.revision))
  }

  /** @param {string} layer  @param {TileIndex} tile  @param {number} revision */
  #url(layer, { level, x, y }, revision) {
    const form = this.#look.mode === "heat" ? "prob.png" : "png"
    const name = encodeURIComponent(layer)
    return `${API}/sessions/${this.#session}/tiles/${level}/${x}_${y}.${form}?v=${revision}&m=${this.#maskId}&class=${name}`
  }
}

/** @param {View} view  @param {number} slide  @param {number} offset */
const device = (view, slide, offset) => Math.round((slide * view.scale + offset) * view.dpr)

/** Give a canvas the viewer's size in device pixels.  @param {HTMLCanvasElement} canvas  @param {View} view */
export function fitCanvas(canvas, { width, height, dpr }) {
  const [w, h] = [Math.round(width * dpr), Math.round(height * dpr)]
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
}
