/** @file The empty places of the workplace, in the page before anything is put into them. */

import { h } from "./ui/dom.js"

/**
 * @typedef {object} Places
 * @property {HTMLElement} stage Slide, masks and all that lies above them.
 * @property {HTMLElement} slide
 * @property {HTMLCanvasElement} mask
 * @property {HTMLCanvasElement} overlay
 * @property {HTMLElement} miniMap
 * @property {HTMLElement} panel
 * @property {HTMLElement} body
 */

/** @param {HTMLElement} page  @returns {Places} */
export function layOut(page) {
  const slide = h("div", { class: "slide" })
  const mask = h("canvas", { class: "mask", "aria-hidden": true })
  const overlay = h("canvas", { class: "overlay", "aria-hidden": true })
  const miniMap = h("div", { class: "mini-map", id: "mini-map" })
  const stage = h("main", { class: "stage", "aria-label": "Slide" }, slide, mask, overlay, miniMap)
  const panel = h("aside", { class: "panel", "aria-label": "Session" })
  const body = h("div", { class: "body" }, stage, panel)
  page.replaceChildren(body)
  return { stage, slide, mask, overlay, miniMap, panel, body }
}
