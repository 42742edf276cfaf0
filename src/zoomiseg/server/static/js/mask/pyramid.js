/** @file Which tiles of the Deep Zoom pyramid show a view. Pure: no page, no network. */

/** @typedef {import("../types.js").Box} Box */
/** @typedef {import("../viewer.js").View} View */
/** @typedef {{level: number, x: number, y: number}} TileIndex */

export class Pyramid {
  /** @param {{width: number, height: number, max_level: number, tile_size: number}} slide */
  constructor({ width, height, max_level, tile_size }) {
    this.width = width
    this.height = height
    this.maxLevel = max_level
    this.tileSize = tile_size
  }

  /** @param {number} level  @returns {number} Slide pixels per pixel of the level. */
  downsample(level) {
    return 2 ** (this.maxLevel - level)
  }

  /** Return the level whose pixels come nearest to the screen's, rather finer than coarser.
   *  @param {View} view  @returns {number} */
  levelOf({ scale, dpr }) {
    const level = Math.ceil(this.maxLevel + Math.log2(scale * dpr) - 0.35)
    return Math.min(Math.max(level, Math.min(8, this.maxLevel)), this.maxLevel)
  }

  /** Return the tile's place in slide pixels, cut at the slide's edge.  @param {TileIndex} tile  @returns {Box} */
  boxOf({ level, x, y }) {
    const size = this.tileSize * this.downsample(level)
    return [x * size, y * size, Math.min(size, this.width - x * size), Math.min(size, this.height - y * size)]
  }

  /** Return the tiles of a level in view, the middle first.  @param {View} view  @param {number} level  @returns {TileIndex[]} */
  visible(view, level) {
    const size = this.tileSize * this.downsample(level) * view.scale
    const columns = span(-view.left, view.width, size, Math.ceil((this.width * view.scale) / size))
    const rows = span(-view.top, view.height, size, Math.ceil((this.height * view.scale) / size))
    const tiles = rows.flatMap((y) => columns.map((x) => ({ level, x, y })))
    const [middleX, middleY] = [(view.width / 2 - view.left) / size - 0.5, (view.height / 2 - view.top) / size - 0.5]
    /** @param {TileIndex} tile */
    const distance = (tile) => (tile.x - middleX) ** 2 + (tile.y - middleY) ** 2
    return tiles.sort((a, b) => distance(a) - distance(b))
  }
}

/** @param {number} start  @param {number} length  @param {number} size  @param {number} count  @returns {number[]} */
function span(start, length, size, count) {
  const first = Math.max(0, Math.floor(start / size))
  const last = Math.min(count - 1, Math.floor((start + length) / size))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
}

/** @param {Box} a  @param {Box} b */
export const overlaps = ([ax, ay, aw, ah], [bx, by, bw, bh]) => ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
