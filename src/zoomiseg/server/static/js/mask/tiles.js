/** @file The coloured tiles that the page holds, old ones shown until the new ones are all there. */

/** @typedef {import("../types.js").Box} Box */
/** @typedef {import("./pyramid.js").TileIndex} TileIndex */

/**
 * @typedef {object} Held
 * @property {TileIndex} tile
 * @property {string} layer The class.
 * @property {Box} box Slide pixels.
 * @property {string} wanted What it should show: revision and style.
 * @property {string} shown What it shows; "" before it shows anything.
 * @property {ImageBitmap | null} bitmap Null where there is nothing to see.
 * @property {{bitmap: ImageBitmap | null, wanted: string} | null} next Arrived, and waiting for its neighbours.
 * @property {number} used When it was last in view.
 * @property {number} retryAt
 */

export class HeldTiles {
  /** @param {number} most */
  constructor(most) {
    this.most = most
    /** @type {Map<string, Held>} */
    this.map = new Map()
  }

  /** @param {string} layer  @param {TileIndex} tile */
  static key = (layer, { level, x, y }) => `${layer}/${level}/${x}_${y}`

  /** @param {string} layer  @param {TileIndex} tile  @param {Box} box  @returns {Held} */
  at(layer, tile, box) {
    const key = HeldTiles.key(layer, tile)
    let held = this.map.get(key)
    if (!held) {
      held = { tile, layer, box, wanted: "", shown: "", bitmap: null, next: null, used: 0, retryAt: 0 }
      this.map.set(key, held)
    }
    return held
  }

  /** @param {string} layer  @param {TileIndex} tile  @returns {Held | undefined} One that shows something already. */
  shown(layer, tile) {
    const held = this.map.get(HeldTiles.key(layer, tile))
    return held?.shown ? held : undefined
  }

  /** Show a tile that has arrived.  @param {Held} held */
  static swap(held) {
    if (!held.next) return
    held.bitmap?.close()
    held.bitmap = held.next.bitmap
    held.shown = held.next.wanted
    held.next = null
  }

  /** Forget a tile.  @param {Held} held */
  drop(held) {
    held.bitmap?.close()
    held.next?.bitmap?.close()
    this.map.delete(HeldTiles.key(held.layer, held.tile))
  }

  /** Forget those that were out of view longest. */
  trim() {
    if (this.map.size <= this.most) return
    const oldest = [...this.map.values()].sort((a, b) => a.used - b.used)
    for (const held of oldest.slice(0, this.map.size - this.most)) this.drop(held)
  }
}
