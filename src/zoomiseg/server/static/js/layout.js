/** @file The empty places of the workplace, in the page before anything is put into them. */

import { h } from "./ui/dom.js"

/**
 * @typedef {object} Places
 * @property {HTMLElement} stage Slide, masks and all that lies above them.
 * @property {HTMLElement} slide
 * @property {HTMLCanvasElement} mask
 * @property {HTMLCanvasElement} overlay
 * @property {HTMLElement} miniMap Becomes OpenSeadragon's, which wants to find it where it was put.
 * @property {HTMLElement} mapFrame Holds the mini map, and may be put anywhere.
 * @property {HTMLElement} panel
 * @property {HTMLElement} body
 */

/** @param {HTMLElement} page  @returns {Places} */
export function layOut(page) {
  const slide = h("div", { class: "slide" })
  const mask = h("canvas", { class: "mask", "aria-hidden": true })
  const overlay = h("canvas", { class: "overlay", "aria-hidden": true })
  const miniMap = h("div", { id: "mini-map" })
  const mapFrame = h("div", { class: "mini-map" }, miniMap)
  const stage = h("main", { class: "stage", "aria-label": "Slide" }, slide, mask, overlay, mapFrame)
  const panel = h("aside", { class: "panel", "aria-label": "Session" })
  const body = h("div", { class: "body" }, stage, panel)
  page.replaceChildren(body)
  return { stage, slide, mask, overlay, miniMap, mapFrame, panel, body }
}
