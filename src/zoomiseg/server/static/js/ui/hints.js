/** @file The first run: one hint at a time, each gone as soon as it is done. */

import { magnificationText } from "../scale.js"
import { h, iconButton } from "./dom.js"

/** @typedef {import("../types.js").SessionEvent} SessionEvent */
/** @typedef {{events: SessionEvent[], detail: boolean}} Progress */

const KEY = "zoomiseg.hints"
const LAST_MS = 12_000

/** @param {number} detailFromMpp  @returns {{text: string, done: (progress: Progress) => boolean}[]} */
const steps = (detailFromMpp) => [
  {
    text: matchMedia("(pointer: coarse)").matches
      ? "Tap on tumour. Hold your finger where it is not tumour."
      : "Click on tumour. Right-click where it is not tumour.",
    done: ({ events }) => events.some(isClick),
  },
  {
    text: "Something wrong? Click what is missing, right-click what is too much.",
    done: ({ events }) => events.filter(isClick).length > 1,
  },
  {
    text: `Now zoom in on the border. From ${magnificationText(detailFromMpp)} on, your clicks refine the detail.`,
    done: ({ detail }) => detail,
  },
  {
    text: "Here your clicks repair the border, inside a frame around them.",
    done: ({ events }) => events.some((event) => isClick(event) && event.scale === "high"),
  },
  { text: "All is saved as you go. When it looks right, copy or download it for QuPath.", done: () => false },
]

/** A click that is done: before its mask is there, nothing can be said of it.  @param {SessionEvent} event */
const isClick = (event) => event.kind === "click" && !event.pending

export class Hints {
  #steps
  #timer = 0
  #step = Number(localStorage.getItem(KEY) ?? 0)

  /** @param {number} detailFromMpp */
  constructor(detailFromMpp) {
    this.#steps = steps(detailFromMpp)
    this.text = h("p", {})
    this.count = h("span", { class: "count" })
    this.element = h(
      "div",
      { class: "hint", role: "note", hidden: true },
      this.count,
      this.text,
      iconButton("close", "No more hints", () => this.#go(this.#steps.length)),
    )
  }

  /** @param {Progress} progress */
  update(progress) {
    let step = this.#step
    while (step < this.#steps.length && this.#steps[step].done(progress)) step++
    if (step !== this.#step) this.#go(step)
    this.#show()
  }

  restart() {
    this.#go(0)
    this.#show()
  }

  /** @param {number} step */
  #go(step) {
    this.#step = step
    localStorage.setItem(KEY, String(step))
    this.#show()
  }

  #show() {
    const step = this.#steps[this.#step]
    this.element.hidden = !step
    if (!step || this.text.textContent === step.text) return
    this.text.textContent = step.text
    this.count.textContent = `${this.#step + 1} of ${this.#steps.length}`
    clearTimeout(this.#timer)
    const last = this.#step === this.#steps.length - 1
    if (last) this.#timer = setTimeout(() => this.#go(this.#steps.length), LAST_MS)
  }
}
