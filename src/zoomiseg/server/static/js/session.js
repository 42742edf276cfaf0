/** @file One session as the viewer knows it: what the server says, what is on its way there, and its news. */

import { API, getMeasures, getSession, newId, Problem, sendOperation, sendView, Unreachable } from "./api.js"
import { withPending } from "./pending.js"
import { OperationQueue } from "./queue.js"
import { Store } from "./store.js"

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Change} Change */
/** @typedef {import("./types.js").Label} Label */
/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").ScaleName} ScaleName */
/** @typedef {import("./types.js").SessionEvent} SessionEvent */
/** @typedef {import("./types.js").SessionInfo} SessionInfo */

/** @typedef {"saved" | "saving" | "offline" | "trouble"} Connection */

/**
 * @typedef {object} SessionState
 * @property {SessionInfo} info
 * @property {SessionEvent[]} events In force, with those that are on their way.
 * @property {Connection} connection
 * @property {string} trouble Why nothing can be saved, for the user.
 * @property {number} waiting Operations on their way.
 * @property {number} jobs Operations that the server works on.
 * @property {import("./types.js").Measures | null} measures
 * @property {boolean} measuring
 */

const REFRESH_MS = 120
const MEASURE_MS = 900
const RECONNECT_MS = 1500

/** The session on screen. It ends with its signal. */
export class LiveSession {
  /** @type {EventSource | undefined} */
  #news
  #reachable = true
  /** The newest revision of which this page knows, by answers or news. */
  #known = 0
  /** The revision up to which it knows all changes: answers tell only of its own, news of everybody's. */
  #heard = 0
  #refreshing = false
  #refreshAgain = false
  /** Answered, but not yet in the server's list that we have. @type {{operation: Operation, revision: number}[]} */
  #answered = []
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #measureTimer

  /**
   * @param {SessionInfo} info
   * @param {AbortSignal} signal
   * @param {{onChange: (change: Change) => void, onProblem: (problem: Problem) => void}} listeners
   */
  constructor(info, signal, { onChange, onProblem }) {
    this.id = info.id
    this.onChange = onChange
    this.onProblem = onProblem
    this.signal = signal
    this.#known = this.#heard = info.revision
    /** @type {Store<SessionState>} */
    this.store = new Store(/** @type {SessionState} */ ({
      info,
      events: withPending(info.events, []),
      connection: "saved",
      trouble: "",
      waiting: 0,
      jobs: 0,
      measures: null,
      measuring: false,
    }))
    this.queue = new OperationQueue({
      session: info.id,
      storage: localStorage,
      send: (operation) => sendOperation(info.id, this.#withRevision(operation)),
      onChange: () => this.#show(),
      onDone: (operation, change) => this.#done(operation, change),
      onRefused: (operation, problem) => this.#refused(operation, problem),
    })
  }

  start() {
    this.#listen()
    this.#measureLater()
    this.queue.start()
    addEventListener("online", () => this.queue.retry(), { signal: this.signal })
    // A browser has six connections to a server: tabs that nobody sees must leave them to the others.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#rest() : this.#listen()), {
      signal: this.signal,
    })
    this.signal.addEventListener("abort", () => {
      this.queue.stop()
      this.#news?.close()
      clearTimeout(this.#measureTimer)
    })
  }

  /** @param {Point} point  @param {{label: Label, scale: ScaleName, class: string}} how */
  click(point, how) {
    this.#post("clicks", { x: point.x, y: point.y, ...how })
  }

  /** @param {Point[]} points  @param {{label: Label, scale: ScaleName, class: string}} how */
  scribble(points, how) {
    this.#post("scribbles", { points: points.map(pair), ...how })
  }

  /** @param {Box} box  @param {{scale: ScaleName, class: string}} how */
  box(box, how) {
    this.#post("boxes", { ...named(box), ...how })
  }

  /** @param {Point[]} points  @param {{width_um: number, mode: "add" | "erase", class: string}} how */
  stroke(points, how) {
    this.#post("strokes", { points: points.map(pair), ...how })
  }

  /** @param {Point[]} ring  @param {{mode: "add" | "erase", class: string}} how */
  polygon(ring, how) {
    this.#post("polygons", { rings: [ring.map(pair)], ...how })
  }

  /** @param {Box} box  @param {string} name */
  accept(box, name) {
    this.#post("settle", { ...named(box), class: name })
  }

  /** @param {Box} box */
  lock(box) {
    this.#post("locks", named(box))
  }

  /** @param {Point} at In the patch.  @param {{class: string, revision: number}} how The revision that it was proposed on. */
  takeProposal(at, how) {
    this.#post("accept", { x: at.x, y: at.y, ...how })
  }

  /** @param {boolean} on */
  learn(on) {
    this.#post("learn", { on })
  }

  undo() {
    this.#post("undo", {})
  }

  redo() {
    this.#post("redo", {})
  }

  /** Take out one event of the list.  @param {SessionEvent} event */
  remove(event) {
    if (event.kind === "settle") this.#post("unsettle", { of: event.op_id })
    else if (event.kind === "lock") this.#post("unlock", { of: event.op_id })
    else {
      const op_id = newId()
      this.queue.add({ op_id, method: "DELETE", path: `clicks/${event.op_id}?op_id=${op_id}` })
    }
  }

  /** @param {Point} point  @param {ScaleName} scale */
  async look(point, scale) {
    try {
      await sendView(this.id, { ...point, scale })
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error
      // Only a wish: the click itself will tell what is wrong.
    }
  }

  /** Something has changed the session that is not in the queue: an import.  @param {Change} change */
  changedBy(change) {
    this.#take(change)
  }

  /** @param {string} path  @param {Record<string, unknown>} body */
  #post(path, body) {
    const op_id = newId()
    this.queue.add({ op_id, method: "POST", path, body: { ...body, op_id } })
  }

  /** What is undone must be what the user saw last; a click is right whatever others did.
   *  @param {Operation} operation  @returns {Operation} */
  #withRevision(operation) {
    if (operation.path !== "undo" && operation.path !== "redo") return operation
    return { ...operation, body: { ...operation.body, revision: this.#known } }
  }

  /** @param {Operation} operation  @param {Change} change */
  #done(operation, change) {
    this.#answered.push({ operation, revision: change.revision })
    this.#take(change)
    this.#show()
  }

  /** @param {Operation} operation  @param {Problem} problem */
  #refused(operation, problem) {
    void this.#refresh()
    const raced = problem.code === "revision-conflict"
    const told = raced
      ? new Problem(409, problem.code, `The ${operation.path} was not done: this session was changed in another window.`, "Look at it as it is now, and do it again.")
      : problem
    this.onProblem(told)
  }

  /** @param {Change} change */
  #take(change) {
    if (change.revision > this.#known) this.#known = change.revision
    this.onChange(change)
    void this.#refresh()
    this.#measureLater()
  }

  /** Hear no news until the page is seen again. */
  #rest() {
    this.#news?.close()
    this.#news = undefined
    this.store.set({ jobs: 0 })
  }

  #listen() {
    if (this.signal.aborted || document.hidden || (this.#news && this.#news.readyState !== EventSource.CLOSED)) return
    const news = new EventSource(`${API}/sessions/${this.id}/events?since=${this.#heard}`)
    this.#news = news
    news.addEventListener("open", () => {
      this.#reached(true)
      void this.#refresh()
    })
    news.addEventListener("changed", (event) => {
      const change = JSON.parse(event.data)
      this.#heard = Math.max(this.#heard, change.revision)
      this.#take(change)
    })
    news.addEventListener("busy", (event) => this.store.set({ jobs: JSON.parse(event.data).jobs }))
    news.addEventListener("error", () => {
      this.#reached(false)
      // A browser gives up after an answer that is no stream, as a proxy's error page.
      if (news.readyState === EventSource.CLOSED) setTimeout(() => this.#listen(), RECONNECT_MS)
    })
  }

  /** @param {boolean} reachable */
  #reached(reachable) {
    this.#reachable = reachable
    if (reachable) this.queue.retry()
    else this.store.set({ jobs: 0 })
    this.#show()
  }

  async #refresh() {
    this.#refreshAgain = this.#refreshing
    if (this.#refreshing) return
    this.#refreshing = true
    try {
      const info = await getSession(this.id, this.signal)
      if (info.revision >= this.store.state.info.revision) this.#refreshed(info)
    } catch (error) {
      if (error instanceof Problem && error.code === "changing") this.#refreshAgain = true
    }
    setTimeout(() => {
      this.#refreshing = false
      if (this.#refreshAgain && !this.signal.aborted) void this.#refresh()
    }, REFRESH_MS)
  }

  /** @param {SessionInfo} info */
  #refreshed(info) {
    this.#answered = this.#answered.filter((each) => each.revision > info.revision)
    this.store.set({ info })
    this.#show()
  }

  #show() {
    const { waiting, trouble } = this.queue
    const under_way = [...this.#answered.map((each) => each.operation), ...waiting]
    const events = withPending(this.store.state.info.events, under_way)
    const told = trouble instanceof Problem ? [trouble.message, trouble.hint].filter(Boolean).join(" ") : ""
    this.store.set({ events, waiting: waiting.length, connection: this.#connection(told), trouble: told })
  }

  /** @param {string} told  @returns {Connection} */
  #connection(told) {
    if (told) return "trouble"
    if (!this.#reachable || this.queue.trouble) return "offline"
    return this.queue.waiting.length ? "saving" : "saved"
  }

  #measureLater() {
    clearTimeout(this.#measureTimer)
    this.#measureTimer = setTimeout(() => this.#measure(), MEASURE_MS)
  }

  async #measure() {
    this.store.set({ measuring: true })
    try {
      this.store.set({ measures: await getMeasures(this.id, this.signal) })
    } catch (error) {
      if (error instanceof Problem && error.code === "changing") this.#measureLater()
    }
    this.store.set({ measuring: false })
  }
}

/** @param {Point} point  @returns {[number, number]} */
const pair = (point) => [point.x, point.y]

/** @param {Box} box */
const named = ([x, y, width, height]) => ({ x, y, width, height })
