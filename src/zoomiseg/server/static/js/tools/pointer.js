/** @file Hands what the pointer does on the slide to the tool in use; what no tool wants moves the slide. */

/** @typedef {import("../types.js").Point} Point */
/** @typedef {import("../viewer.js").SlideViewer} SlideViewer */

/**
 * What a tool does. Points are slide pixels.
 * @typedef {object} Tool
 * @property {string} [cursor]
 * @property {(point: Point, how: {negative: boolean, screen: Point}) => void} [click]
 * @property {(point: Point, how: {negative: boolean}) => void} [press] A tool that has it draws while it is dragged.
 * @property {(point: Point) => void} [drag]
 * @property {() => void} [release]
 * @property {(screen: Point | null) => void} [hover] CSS pixels from the viewer's top left; null outside.
 * @property {() => void} [cancel]
 * @property {() => boolean} [finish] Enter was pressed. Returns whether that meant something.
 * @property {() => boolean} [back] Take back the last step of what is being drawn. Returns whether there was one.
 * @property {import("../overlay.js").Painter} [paint]
 */

const TREMBLE_PX = 8
/** A finger that rests this long says "not". Not every browser tells of it by a menu event. */
const HOLD_MS = 500
/** The right button, which is also the one on a pen's barrel, and a pen's eraser end. */
const SECONDARY = new Set([2, 5])

export class PointerRouter {
  #viewer
  #tool
  #space = false
  /** @type {{at: Point, negative: boolean, drawing: boolean, moved: boolean} | null} */
  #press = null
  /** @type {{at: Point, drawing: boolean} | null} */
  #secondary = null
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #holding

  /** @param {SlideViewer} viewer  @param {() => Tool} tool */
  constructor(viewer, tool) {
    this.#viewer = viewer
    this.#tool = tool
    const { osd, element } = viewer
    element.addEventListener("pointermove", (event) => this.#hovered(event))
    element.addEventListener("pointerleave", () => this.#tool().hover?.(null))
    element.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch" && !event.isPrimary) this.#cancelled()
    }, { capture: true })
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
      if (SECONDARY.has(event.button)) this.#secondaryPressed(event.position)
    })
    osd.addHandler("canvas-nonprimary-release", (event) => this.#secondaryReleased(event.position))
    osd.addHandler("canvas-contextmenu", (event) => {
      event.preventDefault = true
      event.originalEvent.preventDefault()
    })
  }

  /** While space is held every tool moves the slide.  @param {boolean} held */
  set space(held) {
    this.#space = held
  }

  /** @param {PointerEvent} event */
  #hovered({ clientX, clientY, pointerType }) {
    const { left, top } = this.#viewer.element.getBoundingClientRect()
    const at = { x: clientX - left, y: clientY - top }
    this.#tool().hover?.(pointerType === "touch" ? null : at)
    if (this.#secondary?.drawing) this.#tool().drag?.(this.#viewer.toSlide(at))
  }

  /** @param {Point} position  @param {Event} original */
  #pressed(position, original) {
    const negative = original instanceof MouseEvent && original.altKey
    const tool = this.#tool()
    const drawing = Boolean(tool.press) && !this.#space
    this.#press = { at: position, negative, drawing, moved: false }
    if (drawing) tool.press?.(this.#viewer.toSlide(position), { negative })
    clearTimeout(this.#holding)
    const finger = original instanceof PointerEvent && original.pointerType === "touch"
    if (finger && !drawing) this.#holding = setTimeout(() => this.#held(), HOLD_MS)
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
    clearTimeout(this.#holding)
    if (this.#press?.drawing) this.#tool().release?.()
  }

  #clicked() {
    const press = this.#press
    if (!press || press.drawing || press.moved || this.#space) return
    this.#tool().click?.(this.#viewer.toSlide(press.at), { negative: press.negative, screen: press.at })
  }

  /** A finger held still is a right click; letting go is no other one. */
  #held() {
    const press = this.#press
    if (!press || press.moved) return
    this.#press = null
    this.#tool().click?.(this.#viewer.toSlide(press.at), { negative: true, screen: press.at })
  }

  #cancelled() {
    clearTimeout(this.#holding)
    if (this.#press?.drawing) this.#tool().cancel?.()
    this.#press = null
  }

  /** @param {Point} position */
  #secondaryPressed(position) {
    const tool = this.#tool()
    this.#secondary = { at: position, drawing: Boolean(tool.press) }
    tool.press?.(this.#viewer.toSlide(position), { negative: true })
  }

  /** @param {Point} position */
  #secondaryReleased(position) {
    const press = this.#secondary
    this.#secondary = null
    if (!press) return
    if (press.drawing) return this.#tool().release?.()
    if (Math.hypot(position.x - press.at.x, position.y - press.at.y) > TREMBLE_PX) return
    this.#tool().click?.(this.#viewer.toSlide(press.at), { negative: true, screen: press.at })
  }
}
