/** @file Asks the worker for tiles, a few at a time, the most wanted first. */

/** @typedef {import("./colour.js").Style} Style */
/** @typedef {{key: string, url: string, style: Style}} Wish */

const AT_ONCE = 3

export class TileLoader {
  #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
  /** @type {Map<number, Wish>} */
  #running = new Map()
  /** @type {Wish[]} */
  #wanted = []
  #count = 0

  /** @param {AbortSignal} signal  @param {(wish: Wish, bitmap: ImageBitmap | null, failed: boolean) => void} onTile */
  constructor(signal, onTile) {
    this.#worker.onmessage = ({ data }) => {
      const wish = this.#running.get(data.id)
      this.#running.delete(data.id)
      this.#next()
      if (wish) onTile(wish, data.bitmap, data.failed)
    }
    signal.addEventListener("abort", () => this.#worker.terminate(), { once: true })
  }

  /** Replace what is wanted: what is no longer in it, and not yet asked for, is forgotten.  @param {Wish[]} wishes */
  want(wishes) {
    const running = new Set([...this.#running.values()].map((wish) => wish.url + wish.style.mode + wish.style.colour))
    this.#wanted = wishes.filter((wish) => !running.has(wish.url + wish.style.mode + wish.style.colour))
    this.#next()
  }

  #next() {
    while (this.#running.size < AT_ONCE && this.#wanted.length) {
      const wish = /** @type {Wish} */ (this.#wanted.shift())
      const id = this.#count++
      this.#running.set(id, wish)
      this.#worker.postMessage({ id, url: wish.url, style: wish.style })
    }
  }
}
