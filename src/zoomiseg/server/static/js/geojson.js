/** @file GeoJSON as QuPath has it: several classes in one file, and what a dropped file is. */

const NAMES = /\.(geojson|json|tiff?)$/i

/** Merge the exports of several classes; each feature keeps its class.
 *  @param {string[]} texts  @returns {string} */
export function merged(texts) {
  const [first, ...others] = texts.map((text) => JSON.parse(text))
  const features = [first, ...others].flatMap((collection) => collection.features)
  return JSON.stringify({ ...first, features })
}

/** Say why a dropped file cannot be a start, or nothing.
 *  @param {File} file  @returns {Promise<string | null>} */
export async function refusal(file) {
  if (!NAMES.test(file.name)) return `${file.name} is neither GeoJSON nor a TIFF. Drop a .geojson file from QuPath, or a mask as .tif.`
  if (/\.tiff?$/i.test(file.name)) return null
  let value
  try {
    value = JSON.parse(await file.text())
  } catch {
    return `${file.name} is no JSON. Export it from QuPath once more, as GeoJSON.`
  }
  return hasOutlines(value) ? null : `${file.name} has no outlines in it. Export polygons from QuPath as GeoJSON.`
}

/** @param {unknown} value  @returns {boolean} */
function hasOutlines(value) {
  if (Array.isArray(value)) return value.some(hasOutlines)
  if (typeof value !== "object" || value === null) return false
  const { type, features, geometry } = /** @type {Record<string, unknown>} */ (value)
  if (type === "FeatureCollection") return hasOutlines(features)
  if (type === "Feature") return hasOutlines(geometry)
  return type === "Polygon" || type === "MultiPolygon" || type === "GeometryCollection"
}
