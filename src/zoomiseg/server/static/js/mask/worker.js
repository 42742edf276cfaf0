/** @file Fetches mask tiles and colours them away from the page's thread, which stays free for the user. */

import { colourTile } from "./colour.js"

/** @typedef {{id: number, url: string, style: import("./colour.js").Style}} TileWish */
/** @typedef {{id: number, bitmap: ImageBitmap | null, failed: boolean}} TileAnswer */

/** @type {{postMessage(answer: TileAnswer, transfer: Transferable[]): void, onmessage: ((event: MessageEvent<TileWish>) => void) | null}} */
const scope = /** @type {any} */ (self)

scope.onmessage = async ({ data: wish }) => {
  try {
    const bitmap = await tileOf(wish)
    scope.postMessage({ id: wish.id, bitmap, failed: false }, bitmap ? [bitmap] : [])
  } catch {
    scope.postMessage({ id: wish.id, bitmap: null, failed: true }, [])
  }
}

/** @param {TileWish} wish  @returns {Promise<ImageBitmap | null>} Null where there is nothing to see. */
async function tileOf({ url, style }) {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${answer.status}`)
  const picture = await createImageBitmap(await answer.blob(), { colorSpaceConversion: "none", premultiplyAlpha: "none" })
  const canvas = new OffscreenCanvas(picture.width, picture.height)
  const context = canvas.getContext("2d", { willReadFrequently: true })
  if (!context) throw new Error("no canvas")
  context.drawImage(picture, 0, 0)
  picture.close()
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height)
  if (!colourTile(pixels, style)) return null
  context.putImageData(pixels, 0, 0)
  return canvas.transferToImageBitmap()
}
