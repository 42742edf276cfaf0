/** @file Lengths on glass: µm per screen pixel, magnification, which network listens, the scale bar. */

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").ScaleName} ScaleName */

/** 40x is 0.25 µm per pixel, by convention. @param {number} mpp */
export const magnification = (mpp) => 10 / mpp

/** @param {number} mpp  @returns {string} As people say it, "12x" or "0.8x". */
export function magnificationText(mpp) {
  const value = magnification(mpp)
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))}x`
}

/** @param {Config} config  @param {ScaleName} scale  @returns {string} */
export const scaleText = (config, scale) =>
  scale === "low" ? `Overview (${magnificationText(config.low_mpp)})` : `Detail (${magnificationText(config.high_mpp)})`

/** Return the network that a click speaks to.
 *  @param {Config} config  @param {number} screenMpp µm per CSS pixel  @param {"auto" | ScaleName} pin  @returns {ScaleName} */
export const listening = (config, screenMpp, pin) =>
  pin !== "auto" ? pin : screenMpp < config.high_from_mpp ? "high" : "low"

/**
 * Return the longest round length that fits.
 * @param {number} screenMpp µm per CSS pixel  @param {number} longestPx
 * @returns {{px: number, text: string}}
 */
export function scaleBar(screenMpp, longestPx) {
  const longest = screenMpp * longestPx
  const power = 10 ** Math.floor(Math.log10(longest))
  const um = power * ([5, 2, 1].find((step) => step * power <= longest) ?? 1)
  const text = um >= 1000 ? `${um / 1000} mm` : um >= 1 ? `${um} µm` : `${um * 1000} nm`
  return { px: um / screenMpp, text }
}
