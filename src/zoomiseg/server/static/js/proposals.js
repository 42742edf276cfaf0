/** @file What clicks elsewhere propose for the patch in the middle of the view: asked for at rest, accepted or ignored. */

import { getProposal, Problem, proposalUrl, Unreachable } from "./api.js"
import { TileLoader } from "./mask/loader.js"
import { Store } from "./store.js"

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Point} Point */

/** Longer than a user needs for the next click where he looks already. */
const REST_MS = 700
/** Of a patch's pixels; less than a click's worth is not worth a look. */
const LEAST_SHARE = 0.005

/**
 * @typedef {object} Shown
 * @property {Point} at Slide pixels; a point in the patch.
 * @property {Box} box The patch on the slide.
 * @property {number} revision That it comes from.
 * @property {string} className
 * @property {ImageBitmap} bitmap Covers the box, hatched inside what is proposed.
 */

/** @typedef {Omit<Shown, "bitmap">} Told What the server told, and whose picture is on its way. */

/** Never more than a wish: it waits until view and session are at rest, and is given up as soon as they are not. */
export class Proposals {
  #desk
  #viewer
  #session
  #colourOf
  /** @type {TileLoader | undefined} */
  #loader
  #signal
  #asking = new AbortController()
  /** @type {Told | null} */
  #told = null
  #place = ""
  #matter = ""
  /** Patches where nothing is wanted. @type {Set<string>} */
  #ignored = new Set()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /**
   * @param {object} parts
   * @param {import("./desk.js").Desk} parts.desk
   * @param {import("./viewer.js").SlideViewer} parts.viewer
   * @param {import("./session.js").LiveSession} parts.session
   * @param {(name: string) => string} parts.colourOf
   * @param {AbortSignal} signal
   */
  constructor({ desk, viewer, session, colourOf }, signal) {
    this.#desk = desk
    this.#viewer = viewer
    this.#session = session
    this.#colourOf = colourOf
    this.#signal = signal
    /** @type {Store<{shown: Shown | null}>} */
    this.store = new Store(/** @type {{shown: Shown | null}} */ ({ shown: null }))
    viewer.onMove(() => this.#moved())
    desk.on(["className", "maskVisible"], () => this.#changed(), signal)
    session.store.on(["info", "waiting", "connection"], () => this.#changed(), signal)
    signal.addEventListener("abort", () => this.#giveUp(), { once: true })
  }

  /** Take what is shown as the patch's mask; an undo takes that back. */
  accept() {
    const { shown } = this.store.state
    if (!shown) return
    this.#show(null)
    this.#session.takeProposal(shown.at, { class: shown.className, revision: shown.revision })
  }

  /** Show nothing for this patch any more. */
  ignore() {
    const { shown } = this.store.state
    if (!shown) return
    this.#ignored.add(keyOf(shown))
    this.#show(null)
  }

  #moved() {
    const { view } = this.#viewer
    const place = view ? `${view.left} ${view.top} ${view.scale}` : ""
    if (place === this.#place) return // drawn again where it was
    this.#place = place
    const { shown } = this.store.state
    if (shown && !holds(shown.box, this.#viewer.centre)) this.#show(null)
    this.#askLater()
  }

  /** Other clicks propose something else. */
  #changed() {
    const { info, waiting, connection } = this.#session.store.state
    const { className, maskVisible } = this.#desk.state
    const matter = [info.revision, info.learns, waiting, connection, className, maskVisible].join(" ")
    if (matter === this.#matter) return // the server was only asked again
    this.#matter = matter
    this.#show(null)
    this.#askLater()
  }

  #askLater() {
    this.#giveUp()
    this.#timer = setTimeout(() => void this.#ask(), REST_MS)
  }

  #giveUp() {
    clearTimeout(this.#timer)
    this.#asking.abort()
    this.#told = null
    this.#loader?.want([])
  }

  get #isWanted() {
    const { info, events, connection } = this.#session.store.state
    const { className, maskVisible } = this.#desk.state
    const learns = info.learns && info.adapt.split("+").includes("memory")
    const clicked = events.some((event) => event.class === className && event.scale === "low")
    return learns && clicked && maskVisible && connection === "saved"
  }

  async #ask() {
    const at = this.#viewer.centre
    if (!this.#isWanted || !this.#viewer.isOnSlide(at)) return
    const { className } = this.#desk.state
    this.#asking = new AbortController()
    const signal = AbortSignal.any([this.#signal, this.#asking.signal])
    try {
      const { box, revision, share } = await getProposal(this.#session.id, { ...at, class: className }, signal)
      const told = { at, box, revision, className }
      if (share < LEAST_SHARE || this.#ignored.has(keyOf(told))) return this.#show(null)
      const { shown } = this.store.state
      if (shown && keyOf(shown) === keyOf(told)) return
      this.#told = told
      const url = proposalUrl(this.#session.id, { ...at, class: className })
      this.#loader ??= new TileLoader(this.#signal, (wish, bitmap) => this.#arrived(wish.key, bitmap))
      this.#loader.want([{ key: keyOf(told), url, style: { mode: "hatch", colour: this.#colourOf(className) } }])
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error
      this.#show(null) // nothing is proposed there
    }
  }

  /** @param {string} key  @param {ImageBitmap | null} bitmap */
  #arrived(key, bitmap) {
    const told = this.#told
    if (!bitmap || !told || keyOf(told) !== key) return bitmap?.close()
    this.#show({ ...told, bitmap })
  }

  /** @param {Shown | null} shown */
  #show(shown) {
    const before = this.store.state.shown
    this.store.set({ shown })
    if (before !== shown) before?.bitmap.close()
  }
}

/** @param {Told} told */
const keyOf = ({ box, className }) => `${box} ${className}`

/** @param {Box} box  @param {Point} point */
const holds = ([x, y, width, height], point) => point.x >= x && point.y >= y && point.x < x + width && point.y < y + height
