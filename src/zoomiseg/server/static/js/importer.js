/** @file A mask that was made elsewhere: what it becomes, and what the user is asked before. */

import { importFile, makeSession } from "./api.js"
import { refusal } from "./geojson.js"
import { askImport } from "./ui/ask-import.js"
import { tell, tellProblem } from "./ui/toast.js"

/** @typedef {import("./session.js").LiveSession} LiveSession */
/** @typedef {import("./types.js").SlideInfo} SlideInfo */

export class Importer {
  #session
  #slide
  #className

  /** @param {LiveSession} session  @param {SlideInfo} slide  @param {() => string} className The class in use. */
  constructor(session, slide, className) {
    this.#session = session
    this.#slide = slide
    this.#className = className
  }

  /** Take in a file. Where the class has something already, ask what becomes of that.  @param {File} file */
  async take(file) {
    const why = await refusal(file)
    if (why) return tell(why, { kind: "problem", stays: true })
    const name = this.#className()
    const begun = this.#session.store.state.events.some((event) => event.class === name)
    const choice = begun ? await askImport(file.name, name) : "start"
    if (choice === null) return
    tell(`Opening ${file.name}…`)
    try {
      if (choice === "anew") await this.#beginAnew(file, name)
      else await this.#takeHere(file, { name, mode: choice === "add" ? "add" : "replace" })
    } catch (error) {
      tellProblem(error)
    }
  }

  /** @param {File} file  @param {{name: string, mode: "replace" | "add"}} how */
  async #takeHere(file, how) {
    this.#session.changedBy(await importFile(this.#session.id, file, how))
    tell(how.mode === "add" ? `${file.name} is added. Undo takes it back.` : `${file.name} is the mask now. Click to repair it; undo takes it back.`)
  }

  /** @param {File} file  @param {string} name */
  async #beginAnew(file, name) {
    const { mpp, adapt } = this.#session.store.state.info
    const { id } = await makeSession(this.#slide.id, { adapt, mpp: this.#slide.mpp ? undefined : mpp[0] })
    await importFile(id, file, { name, mode: "replace" })
    location.hash = `#/session/${id}`
    tell(`${file.name} is the mask of a new session. The earlier one is on the slide's card, under All slides.`)
  }
}
