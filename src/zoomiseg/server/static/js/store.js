/** @file State that tells its listeners what changed. */

/** @template {object} T */
export class Store {
  /** @param {T} initial */
  constructor(initial) {
    this.state = initial
    /** @type {Set<{keys: (keyof T)[], listener: (state: T) => void}>} */
    this.listeners = new Set()
  }

  /** @param {Partial<T>} patch */
  set(patch) {
    const keys = /** @type {(keyof T)[]} */ (Object.keys(patch))
    const changed = keys.filter((key) => this.state[key] !== patch[key])
    if (!changed.length) return
    this.state = { ...this.state, ...patch }
    for (const each of [...this.listeners]) {
      if (each.keys.some((key) => changed.includes(key))) each.listener(this.state)
    }
  }

  /** Call a listener now, and whenever one of the keys changes, until the signal.
   *  @param {(keyof T)[]} keys  @param {(state: T) => void} listener  @param {AbortSignal} signal */
  on(keys, listener, signal) {
    const entry = { keys, listener }
    this.listeners.add(entry)
    signal.addEventListener("abort", () => this.listeners.delete(entry), { once: true })
    listener(this.state)
  }
}
