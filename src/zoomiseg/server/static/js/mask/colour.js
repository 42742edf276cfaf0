/** @file Colours for mask and probability tiles: pure functions over pixels, run in the worker. */

/**
 * @typedef {object} Style
 * @property {"fill" | "outline" | "heat" | "hatch"} mode
 * @property {string} colour #RRGGBB.
 */

const FILL_ALPHA = 140
const LINE_PX = 2
/** Beside the outline, where there is no fill: without it a dark line is lost between dark nuclei. */
const HALO = "#ffffff"
const HALO_PX = 1
const HALO_ALPHA = 215
const HATCH_PX = { period: 16, line: 2 }

/** Viridis at nine places: light where likely, and readable with any kind of colour vision. */
const VIRIDIS = [
  [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141],
  [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37],
]
const FAINTEST = 0.1

/** Colour a tile in place. Return whether anything of it is to be seen.
 *  @param {ImageData} tile RGBA as the server sent it.  @param {Style} style  @returns {boolean} */
export function colourTile(tile, style) {
  if (style.mode === "heat") return heat(tile.data)
  return style.mode === "hatch" ? hatch(tile, style.colour) : mask(tile, style)
}

/** Slanting lines and a broken edge.  @param {ImageData} tile  @param {string} colour  @returns {boolean} */
function hatch({ data, width, height }, colour) {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height)
  const inside = insideOf(data)
  const core = eroded(inside, { width, height, by: LINE_PX })
  const [line, light] = [rgba(colour, 255), rgba(HALO, HALO_ALPHA)]
  let seen = false
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      seen ||= inside[i] > 0
      const place = (x + y) % HATCH_PX.period
      const edge = inside[i] && !core[i]
      if (!inside[i]) pixels[i] = 0
      else if (edge) pixels[i] = place < HATCH_PX.period / 2 ? line : light
      else pixels[i] = place < HATCH_PX.line ? line : place < 2 * HATCH_PX.line ? light : 0
    }
  }
  return seen
}

/** @param {Uint8ClampedArray} data RGBA of a mask.  @returns {Uint8Array} 1 inside. */
function insideOf(data) {
  const inside = new Uint8Array(data.length / 4)
  for (let i = 0; i < inside.length; i++) inside[i] = data[4 * i + 3] > 127 ? 1 : 0
  return inside
}

/** @param {Uint8ClampedArray} data Grey: 255 for 1.  @returns {boolean} */
function heat(data) {
  let seen = false
  for (let i = 0; i < data.length; i += 4) {
    const value = data[i]
    const [red, green, blue, alpha] = HEAT[value]
    data[i] = red
    data[i + 1] = green
    data[i + 2] = blue
    data[i + 3] = alpha
    seen ||= alpha > 0
  }
  return seen
}

/** @type {[number, number, number, number][]} Colour and alpha of each probability in 255ths. */
const HEAT = Array.from({ length: 256 }, (_, value) => {
  const probability = value / 255
  const place = Math.min(probability * (VIRIDIS.length - 1), VIRIDIS.length - 1.001)
  const [low, high, part] = [VIRIDIS[Math.floor(place)], VIRIDIS[Math.floor(place) + 1], place % 1]
  /** @param {number} i */
  const mixed = (i) => Math.round(low[i] + (high[i] - low[i]) * part)
  const alpha = probability < FAINTEST ? 0 : Math.round(60 + 170 * probability)
  return [mixed(0), mixed(1), mixed(2), alpha]
})

/** @param {ImageData} tile  @param {Style} style  @returns {boolean} */
function mask({ data, width, height }, { mode, colour }) {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height)
  const inside = insideOf(data)
  const count = inside.reduce((sum, each) => sum + each, 0)
  if (!count) return false
  const line = rgba(colour, 255)
  const fill = mode === "fill" ? rgba(colour, FILL_ALPHA) : 0
  const core = eroded(inside, { width, height, by: LINE_PX })
  const halo = fill ? core : eroded(core, { width, height, by: HALO_PX })
  const light = rgba(HALO, HALO_ALPHA)
  for (let i = 0; i < pixels.length; i++) pixels[i] = halo[i] ? fill : core[i] ? light : inside[i] ? line : 0
  return count < inside.length || fill !== 0
}

/** Return what lies further inside than so many pixels. Beyond the tile it goes on as at its edge, so that
 *  tiles do not outline themselves.
 *  @param {Uint8Array} inside  @param {{width: number, height: number, by: number}} how  @returns {Uint8Array} */
function eroded(inside, { width, height, by }) {
  let now = inside
  for (let turn = 0; turn < by; turn++) {
    const next = new Uint8Array(now.length)
    for (let y = 0, i = 0; y < height; y++) {
      const up = y > 0 ? width : 0
      const down = y < height - 1 ? width : 0
      for (let x = 0; x < width; x++, i++) {
        next[i] = now[i] & now[i - up] & now[i + down] & now[x > 0 ? i - 1 : i] & now[x < width - 1 ? i + 1 : i]
      }
    }
    now = next
  }
  return now
}

/** @param {string} colour #RRGGBB  @param {number} alpha  @returns {number} As little-endian memory has it. */
function rgba(colour, alpha) {
  const value = parseInt(colour.slice(1), 16)
  return ((alpha << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0
}
