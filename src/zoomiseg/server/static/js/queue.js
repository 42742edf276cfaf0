/** @file Operations on their way to the server: kept in the browser, sent in order, again until answered. */

import { Problem, Unreachable } from "./api.js"

/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").Change} Change */

const FIRST_WAIT_MS = 400
const LONGEST_WAIT_MS = 5000

/**
 * An operation leaves the queue when it is answered, or when the server itself refuses it for good. Each has an id,
 * so that one whose answer was lost is not done twice.
 */
export class OperationQueue {
  #key
  #prefix
  #storage
  #waitMs = FIRST_WAIT_MS
  #busy = false
  #stopped = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /**
   * @param {object} parts
   * @param {string} parts.session
   * @param {Storage} parts.storage Survives a reload.
   * @param {(operation: Operation) => Promise<Change>} parts.send
   * @param {() => void} parts.onChange The list or the connection changed.
   * @param {(operation: Operation, change: Change) => void} parts.onDone
   * @param {(operation: Operation, problem: Problem) => void} parts.onRefused
   */
  constructor({ session, storage, send, onChange, onDone, onRefused }) {
    this.send = send
    this.onChange = onChange
    this.onDone = onDone
    this.onRefused = onRefused
    this.#storage = storage
    this.#prefix = `zoomiseg.queue.${session}.`
    this.#key = this.#prefix + Math.random().toString(36).slice(2)
    /** Why the first operation could not be sent; null while all is well.
     *  @type {Problem | Unreachable | null} */
    this.trouble = null
    /** @type {Operation[]} */
    this.waiting = this.#adopted()
    this.#keep()
  }

  /** Send what an earlier visit left. */
  start() {
    if (this.waiting.length) this.#changed()
    void this.#work()
  }

  /** @param {Operation} operation */
  add(operation) {
    this.waiting = [...this.waiting, operation]
    this.#changed()
    void this.#work()
  }

  /** Try again now: the server has shown a sign of life. */
  retry() {
    this.#waitMs = FIRST_WAIT_MS
    void this.#work()
  }

  stop() {
    clearTimeout(this.#timer)
    this.#stopped = true
  }

  async #work() {
    if (this.#busy || this.#stopped) return
    clearTimeout(this.#timer)
    this.#busy = true
    try {
      let again = true
      while (again && this.waiting.length) again = await this.#sendFirst()
    } finally {
      // Whatever went wrong, what waits is tried again.
      this.#busy = false
      if (this.waiting.length && !this.#stopped) this.#timer = setTimeout(() => this.#work(), this.#nextWait())
    }
  }

  /** @returns {Promise<boolean>} Whether the next may be sent. */
  async #sendFirst() {
    const operation = this.waiting[0]
    let change
    try {
      change = await this.send(operation)
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error
      if (error instanceof Unreachable || error.isTemporary) {
        this.trouble = error
        this.onChange()
        return false
      }
      this.#answered(operation)
      this.onRefused(operation, error)
      return true
    }
    this.#answered(operation)
    this.onDone(operation, change)
    return true
  }

  /** @param {Operation} operation */
  #answered(operation) {
    this.trouble = null
    this.#waitMs = FIRST_WAIT_MS
    this.waiting = this.waiting.filter((each) => each !== operation)
    this.#changed()
  }

  #changed() {
    this.#keep()
    this.onChange()
  }

  #nextWait() {
    const wait = this.#waitMs
    this.#waitMs = Math.min(this.#waitMs * 1.6, LONGEST_WAIT_MS)
    return wait
  }

  #keep() {
    try {
      if (this.waiting.length) this.#storage.setItem(this.#key, JSON.stringify(this.waiting))
      else this.#storage.removeItem(this.#key)
    } catch {
      // A full or forbidden storage: the operations still wait in this page.
    }
  }

  /** Take over what closed pages left. A page that is still open sends the same ids: done once. */
  #adopted() {
    /** @type {Operation[]} */
    const found = []
    for (const key of Object.keys(this.#storage).filter((each) => each.startsWith(this.#prefix))) {
      try {
        found.push(...JSON.parse(this.#storage.getItem(key) ?? "[]"))
      } catch {
        // Half-written by a browser that crashed.
      }
      this.#storage.removeItem(key)
    }
    return found
  }
}
