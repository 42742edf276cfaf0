/** @file Hands what the pointer does on the slide to the tool in use; what no tool wants moves the slide. */

/** @typedef {import("../types.js").Point} Point */
/** @typedef {import("../viewer.js").SlideViewer} SlideViewer */

/**
 * What a tool does. Points are slide pixels.
 * @typedef {object} Tool
 * @property {string} [cursor]
 * @property {(point: Point, how: {negative: boolean, screen: Point}) => void} [click]
 * @property {(point: Point) => void} [press] A tool that has it draws while it is dragged.
 * @property {(point: Point) => void} [drag]
 * @property {() => void} [release]
 * @property {(screen: Point | null) => void} [hover] CSS pixels from the viewer's top left; null outside.
 * @property {() => void} [cancel]
 * @property {() => boolean} [finish] Enter was pressed. Returns whether that meant something.
 * @property {import("../overlay.js").Painter} [paint]
 */

const TREMBLE_PX = 8

export class PointerRouter {
  #viewer
  #tool
  #space = false
  /** @type {{at: Point, negative: boolean, drawing: boolean, moved: boolean} | null} */
  #press = null
  /** @type {Point | null} */
  #secondary = null

  /** @param {SlideViewer} viewer  @param {() => Tool} tool */
  constructor(viewer, tool) {
    this.#viewer = viewer
    this.#tool = tool
    const { osd, element } = viewer
    element.addEventListener("pointermove", (event) => this.#hovered(event))
    element.addEventListener("pointerleave", () => this.#tool().hover?.(null))
    osd.addHandler("canvas-press", (event) => this.#pressed(event.position, event.originalEvent))
    osd.addHandler("canvas-drag", (event) => {
      event.preventDefaultAction = this.#dragged(event.position)
    })
    osd.addHandler("canvas-drag-end", (event) => {
      event.preventDefaultAction = this.#press !== null && (this.#press.drawing || !this.#press.moved)
    })
    osd.addHandler("canvas-release", () => this.#released())
    osd.addHandler("canvas-click", (event) => {
      event.preventDefaultAction = true
      if (event.quick) this.#clicked()
      this.#press = null
    })
    osd.addHandler("canvas-pinch", () => this.#cancelled())
    osd.addHandler("canvas-nonprimary-press", (event) => {
      this.#secondary = event.button === 2 ? event.position : null
    })
    osd.addHandler("canvas-nonprimary-release", (event) => this.#secondaryReleased(event.position))
    osd.addHandler("canvas-contextmenu", (event) => {
      event.preventDefault = true
      event.originalEvent.preventDefault()
      this.#longPressed(event.position, event.originalEvent)
    })
  }

  /** While space is held every tool moves the slide.  @param {boolean} held */
  set space(held) {
    this.#space = held
  }

  /** @param {PointerEvent} event */
  #hovered({ clientX, clientY, pointerType }) {
    const { left, top } = this.#viewer.element.getBoundingClientRect()
    this.#tool().hover?.(pointerType === "touch" ? null : { x: clientX - left, y: clientY - top })
  }

  /** @param {Point} position  @param {Event} original */
  #pressed(position, original) {
    const negative = original instanceof MouseEvent && original.altKey
    const tool = this.#tool()
    const drawing = Boolean(tool.press) && !this.#space
    this.#press = { at: position, negative, drawing, moved: false }
    if (drawing) tool.press?.(this.#viewer.toSlide(position))
  }

  /** @param {Point} position  @returns {boolean} Whether the slide stays where it is. */
  #dragged(position) {
    const press = this.#press
    if (!press) return false
    press.moved ||= Math.hypot(position.x - press.at.x, position.y - press.at.y) > TREMBLE_PX
    if (press.drawing) this.#tool().drag?.(this.#viewer.toSlide(position))
    return press.drawing || !press.moved
  }

  #released() {
    if (this.#press?.drawing) this.#tool().release?.()
  }

  #clicked() {
    const press = this.#press
    if (!press || press.drawing || press.moved || this.#space) return
    this.#tool().click?.(this.#viewer.toSlide(press.at), { negative: press.negative, screen: press.at })
  }

  #cancelled() {
    if (this.#press?.drawing) this.#tool().cancel?.()
    this.#press = null
  }

  /** @param {Point} position */
  #secondaryReleased(position) {
    const from = this.#secondary
    this.#secondary = null
    if (!from || Math.hypot(position.x - from.x, position.y - from.y) > TREMBLE_PX) return
    this.#tool().click?.(this.#viewer.toSlide(from), { negative: true, screen: from })
  }

  /** A finger held still is a right click.  @param {Point} position  @param {Event} original */
  #longPressed(position, original) {
    if (!(original instanceof PointerEvent) || original.pointerType !== "touch") return
    const drawing = this.#press?.drawing
    this.#press = null
    if (!drawing) this.#tool().click?.(this.#viewer.toSlide(position), { negative: true, screen: position })
  }
}
