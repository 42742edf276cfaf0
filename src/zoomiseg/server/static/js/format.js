/** @file Numbers and times as people read them. */

/** @param {number} mm2 */
export const area = (mm2) => (mm2 > 0 && mm2 < 0.01 ? `${Math.round(mm2 * 1e6).toLocaleString("en")} µm²` : `${mm2.toFixed(2)} mm²`)

/** @param {number | null} share */
export const percent = (share) => (share === null ? "–" : share > 0 && share < 0.01 ? "< 1 %" : `${Math.round(share * 100)} %`)

/** @param {string} time ISO 8601  @param {Date} now */
export function ago(time, now) {
  const seconds = (now.getTime() - new Date(time).getTime()) / 1000
  if (seconds < 60) return "just now"
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return new Date(time).toLocaleDateString("en", { day: "numeric", month: "short", year: "numeric" })
}

/** @param {number} count  @param {string} one  @param {string} [many] */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
