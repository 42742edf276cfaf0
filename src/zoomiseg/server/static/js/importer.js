/** @file A mask that was made elsewhere: what it becomes, and what the user is asked before. */

import { importFile, makeSession, newId, Problem, Unreachable } from "./api.js"
import { refusal } from "./geojson.js"
import { askImport } from "./ui/ask-import.js"
import { tell, tellProblem } from "./ui/toast.js"

/** @typedef {import("./session.js").LiveSession} LiveSession */
/** @typedef {import("./types.js").SlideInfo} SlideInfo */
/** @typedef {{choice: "start" | "add" | "anew", op_id: string}} Attempt What becomes of a file. */

/** Attempts of which nobody knows whether they were done; the same file again is the same attempt. A new session's
 *  outlives the page on which it was begun.  @type {Map<string, Attempt>} */
const unanswered = new Map()

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
    const attempt = unanswered.get(keyOf(this.#session.id, name, file)) ?? (await this.#begun(file, name))
    if (!attempt) return
    tell(`Opening ${file.name}…`)
    try {
      if (attempt.choice === "anew") await this.#beginAnew(file, name, attempt)
      else await this.#takeHere(file, name, attempt)
    } catch (error) {
      tellProblem(error)
    }
  }

  /** @param {File} file  @param {string} name  @returns {Promise<Attempt | null>} Null when the user gives up. */
  async #begun(file, name) {
    const begun = this.#session.store.state.events.some((event) => event.class === name)
    const choice = begun ? await askImport(file.name, name) : "start"
    return choice && { choice, op_id: newId() }
  }

  /** @param {File} file  @param {string} name  @param {Attempt} attempt */
  async #takeHere(file, name, attempt) {
    const adds = attempt.choice === "add"
    const how = { name, mode: /** @type {"add" | "replace"} */ (adds ? "add" : "replace"), op_id: attempt.op_id }
    const { id } = this.#session
    const change = await answered(keyOf(id, name, file), attempt, () => importFile(id, file, how))
    this.#session.changedBy(change)
    tellAll(change.notices)
    tell(adds ? `${file.name} is added. Undo takes it back.` : `${file.name} is the mask now. Click to repair it; undo takes it back.`)
  }

  /** Make a session and go there, also where its file was refused or its answer lost: there it is opened again.
   *  @param {File} file  @param {string} name  @param {Attempt} attempt */
  async #beginAnew(file, name, attempt) {
    const { mpp, adapt } = this.#session.store.state.info
    const { op_id } = attempt
    const wish = { adapt, mpp: this.#slide.mpp ? undefined : mpp[0], op_id }
    const { id } = await answered(keyOf(this.#session.id, name, file), attempt, () => makeSession(this.#slide.id, wish))
    try {
      const there = { name, mode: /** @type {const} */ ("replace"), op_id }
      const change = await answered(keyOf(id, name, file), { choice: "start", op_id }, () => importFile(id, file, there))
      tellAll(change.notices)
      tell(`${file.name} is the mask of a new session. The earlier one is on the slide's card, under All slides.`)
    } finally {
      location.hash = `#/session/${id}`
    }
  }
}

/** Do an attempt, and remember it as long as nobody knows what became of it.
 *  @template T  @param {string} key  @param {Attempt} attempt  @param {() => Promise<T>} work  @returns {Promise<T>} */
async function answered(key, attempt, work) {
  unanswered.set(key, attempt)
  try {
    const answer = await work()
    unanswered.delete(key)
    return answer
  } catch (error) {
    const open = error instanceof Unreachable || (error instanceof Problem && error.isTemporary)
    if (!open) unanswered.delete(key)
    throw error
  }
}

/** @param {string[]} notices */
const tellAll = (notices) => notices.forEach((notice) => tell(notice, { stays: true }))

/** @param {string} session  @param {string} name  @param {File} file */
const keyOf = (session, name, file) => JSON.stringify([session, name, file.name, file.size, file.lastModified])
