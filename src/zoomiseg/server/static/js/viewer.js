/** @file The slide on screen: OpenSeadragon set up for clicking, and the way between screen and slide. */

import { API } from "./api.js"

/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").SlideInfo} SlideInfo */

/**
 * Where the slide lies on screen: screen = slide * scale + offset, in CSS pixels from the viewer's top left.
 * @typedef {object} View
 * @property {number} scale CSS pixels per slide pixel.
 * @property {number} left
 * @property {number} top
 * @property {number} width Of the viewer, CSS pixels.
 * @property {number} height
 * @property {number} dpr Device pixels per CSS pixel.
 */

const CLICK_WANDER_PX = 8
const LONGEST_CLICK_MS = 60_000
const GESTURES = { clickToZoom: false, dblClickToZoom: false, flickEnabled: true, pinchRotate: false }

export class SlideViewer {
  /** @param {HTMLElement} element  @param {HTMLElement} miniMap  @param {SlideInfo} slide  @param {AbortSignal} signal */
  constructor(element, miniMap, slide, signal) {
    this.slide = slide
    this.element = element
    spareInlineStyle()
    this.osd = new OpenSeadragon.Viewer(options(element, miniMap, slide))
    signal.addEventListener("abort", () => this.osd.destroy(), { once: true })
  }

  /** Call whenever the slide has moved on screen, in the same frame.  @param {() => void} listener */
  onMove(listener) {
    for (const event of /** @type {const} */ (["update-viewport", "open", "resize"])) this.osd.addHandler(event, listener)
  }

  /** @returns {View | null} Null before the slide is there. */
  get view() {
    const item = this.osd.world.getItemAt(0)
    const container = this.osd.viewport?.getContainerSize()
    if (!item || !container?.x) return null
    const origin = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0))
    const corner = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(this.slide.width, 0))
    const scale = (corner.x - origin.x) / this.slide.width
    return { scale, left: origin.x, top: origin.y, width: container.x, height: container.y, dpr: devicePixelRatio }
  }

  /** @param {Point} screen CSS pixels from the viewer's top left.  @returns {Point} Slide pixels. */
  toSlide(screen) {
    const view = this.view
    if (!view) return { x: -1, y: -1 }
    return { x: (screen.x - view.left) / view.scale, y: (screen.y - view.top) / view.scale }
  }

  /** @param {Point} point Slide pixels. */
  isOnSlide({ x, y }) {
    return x >= 0 && y >= 0 && x < this.slide.width && y < this.slide.height
  }

  /** @returns {Point} The middle of the view, slide pixels. */
  get centre() {
    const size = this.osd.viewport.getContainerSize()
    return this.toSlide({ x: size.x / 2, y: size.y / 2 })
  }

  /** Let keys move the slide. */
  focus() {
    this.osd.canvas.focus({ preventScroll: true })
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.osd.viewport.zoomBy(factor).applyConstraints()
  }

  /** @param {number} x  @param {number} y In CSS pixels. */
  panBy(x, y) {
    const delta = this.osd.viewport.deltaPointsFromPixels(new OpenSeadragon.Point(x, y))
    this.osd.viewport.panBy(delta).applyConstraints()
  }

  /** Show all of the slide. */
  fit() {
    this.osd.viewport.goHome()
  }

  /** Show a point at a scale.  @param {Point} point  @param {number} scale CSS pixels per slide pixel. */
  show(point, scale) {
    const { viewport } = this.osd
    const item = this.osd.world.getItemAt(0)
    viewport.zoomTo(item.imageToViewportZoom(scale))
    viewport.panTo(item.imageToViewportCoordinates(point.x, point.y))
  }
}

/** OpenSeadragon would add a style element, which the content security policy forbids, unless it finds one: here is
 *  an element of that name that is none. workplace.css says when the slide shows its focus. */
function spareInlineStyle() {
  const mark = "data-openseadragon-mobile-css"
  if (document.querySelector(`style[${mark}]`)) return
  const element = document.createElementNS("urn:zoomiseg", "style")
  element.setAttribute(mark, "true")
  document.head.append(element)
}

/** @param {HTMLElement} element  @param {HTMLElement} miniMap  @param {SlideInfo} slide */
const options = (element, miniMap, slide) =>
  /** @type {OpenSeadragon.Options} */ ({
    element,
    tileSources: tileSource(slide),
    drawer: "canvas",
    showNavigationControl: false,
    showNavigator: true,
    navigatorElement: miniMap,
    navigatorAutoFade: false,
    navigatorDrawer: "canvas",
    navigatorDisplayRegionColor: "#0072b2",
    gestureSettingsMouse: GESTURES,
    gestureSettingsTouch: GESTURES,
    gestureSettingsPen: GESTURES,
    gestureSettingsUnknown: GESTURES,
    clickDistThreshold: CLICK_WANDER_PX,
    clickTimeThreshold: LONGEST_CLICK_MS, // a slow hand clicks too
    dblClickTimeThreshold: 0,
    imageLoaderLimit: 3, // browsers open six connections to a server; clicks, masks and news need some
    tileRetryMax: 8,
    tileRetryDelay: 1500,
    maxImageCacheCount: 400,
    immediateRender: true,
    animationTime: 0.25,
    springStiffness: 12,
    zoomPerScroll: 1.3,
    maxZoomPixelRatio: 4,
    minZoomImageRatio: 0.7,
    visibilityRatio: 0.3,
    constrainDuringPan: true,
  })

/** @param {SlideInfo} slide */
function tileSource({ id, width, height, tile_size, max_level, fingerprint }) {
  const tiles = `${API}/slides/${id}/tiles`
  const version = encodeURIComponent(fingerprint)
  return {
    width,
    height,
    tileSize: tile_size,
    tileOverlap: 0,
    minLevel: Math.min(8, max_level), // one tile holds all of it there
    maxLevel: max_level,
    /** @param {number} level  @param {number} x  @param {number} y */
    getTileUrl: (level, x, y) => `${tiles}/${level}/${x}_${y}.jpg?f=${version}`,
  }
}
