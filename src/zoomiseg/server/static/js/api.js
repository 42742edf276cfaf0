/** @file Requests to the server, whose refusals arrive as errors with a sentence for the user. */

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").SlideInfo} SlideInfo */
/** @typedef {import("./types.js").SessionInfo} SessionInfo */
/** @typedef {import("./types.js").Measures} Measures */
/** @typedef {import("./types.js").Change} Change */
/** @typedef {import("./types.js").Imported} Imported */
/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").ProposalInfo} ProposalInfo */

export const API = "/api/v1"
const PATIENCE_MS = 120_000
/** For files: longer than the server itself allows for one. */
const FILE_PATIENCE_MS = 660_000
const KEPT = "The server does not answer. Your clicks are kept here and sent as soon as it is back."
const PROBLEM_TYPE = "application/problem+json"
const NOT_OURS = "http"
const TEMPORARY = new Set([401, 408, 425, 429])

/** A refusal; `message` is the server's sentence, or tells that the refusal is not the server's. */
export class Problem extends Error {
  /** @param {number} status  @param {string} code  @param {string} detail  @param {string | null} hint */
  constructor(status, code, detail, hint) {
    super(detail)
    this.status = status
    this.code = code
    this.hint = hint
  }

  /** Whether the same request may be answered later: only the server refuses for good. */
  get isTemporary() {
    return this.code === NOT_OURS || this.status >= 500 || TEMPORARY.has(this.status)
  }
}

/** The server did not answer: it or the network is gone, or something else answered in its place. */
export class Unreachable extends Error {
  /** @param {string} told What that means for the user. */
  constructor(told = KEPT) {
    super(told)
  }
}

/**
 * Ask the server, and read all that it answers.
 * @param {string} method
 * @param {string} path Below the API.
 * @param {object} [options]
 * @param {BodyInit} [options.body]
 * @param {unknown} [options.json]
 * @param {string} [options.type] The body's.
 * @param {AbortSignal} [options.signal]
 * @param {"json" | "text"} [options.read]
 * @param {number} [options.patience] ms.
 * @param {string} [options.lost] What it means for the user that there is no answer.
 * @returns {Promise<any>} The answer's body; rejects with a Problem, or as Unreachable where there is none to read.
 */
async function request(method, path, { body, json, type, signal, read = "json", patience = PATIENCE_MS, lost } = {}) {
  const headers = new Headers()
  if (json !== undefined) headers.set("Content-Type", "application/json")
  else if (type) headers.set("Content-Type", type)
  const limit = AbortSignal.timeout(patience)
  /** @type {RequestInit & {priority?: string}} */
  const init = {
    method,
    headers,
    body: json === undefined ? body : JSON.stringify(json),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
    priority: "high", // a click must not wait behind tiles
  }
  try {
    const answer = await fetch(API + path, init)
    if (!answer.ok) throw await problemOf(answer)
    return await answer[read]()
  } catch (error) {
    if (error instanceof Problem || signal?.aborted) throw error
    // No answer, half of one, or one that is not the server's, as a proxy's login page.
    throw new Unreachable(lost)
  }
}

/** @param {Response} answer  @returns {Promise<Problem>} */
async function problemOf(answer) {
  if (answer.headers.get("Content-Type")?.startsWith(PROBLEM_TYPE)) {
    const { code, detail, hint } = await answer.json()
    if (typeof code === "string" && typeof detail === "string") return new Problem(answer.status, code, detail, hint ?? null)
  }
  const told = `Not ZoomISEG, but something before it, such as a proxy, answered ${answer.status}.`
  return new Problem(answer.status, NOT_OURS, told, "If you have to sign in, do so in another tab; else try it again in a moment.")
}

/** @template T  @param {string} path  @param {AbortSignal} [signal]  @returns {Promise<T>} */
const get = (path, signal) => request("GET", path, { signal })

/** @returns {Promise<Config>} */
export const getConfig = () => get("/config")
/** @returns {Promise<SlideInfo[]>} */
export const getSlides = () => get("/slides")
/** @returns {Promise<{name: string, reason: string}[]>} */
export const getRefused = () => get("/refused")
/** @param {string} id  @returns {Promise<SlideInfo>} */
export const getSlide = (id) => get(`/slides/${id}`)
/** @param {string} id  @param {AbortSignal} [signal]  @returns {Promise<SessionInfo>} */
export const getSession = (id, signal) => get(`/sessions/${id}`, signal)
/** @param {string} id  @param {AbortSignal} [signal]  @returns {Promise<Measures>} */
export const getMeasures = (id, signal) => get(`/sessions/${id}/measures`, signal)

/** With the same `op_id` again it is the same session.
 *  @param {string} slide  @param {{adapt: string, mpp?: number, op_id?: string}} how  @returns {Promise<{id: string, revision: number}>} */
export const makeSession = (slide, { adapt, mpp, op_id }) => {
  const lost = "The server did not answer, so no session was opened. Try it again in a moment."
  return request("POST", "/sessions", { json: { slide, adapt, mpp, op_id }, lost })
}

/** @param {string} session  @param {Operation} operation  @returns {Promise<Change>} */
export const sendOperation = async (session, { method, path, body }) => {
  const change = await request(method, `/sessions/${session}/${path}`, body ? { json: body } : {})
  // Taken for an acknowledgement, somebody else's JSON would lose what the user did.
  if (!Number.isInteger(change?.revision) || !Array.isArray(change.changed)) throw new Unreachable()
  return change
}

/** Say where the user looks, so that what a click needs there is read before it comes.
 *  @param {string} session  @param {{x: number, y: number, scale: string}} view */
export const sendView = (session, view) => request("POST", `/sessions/${session}/view`, { json: view, read: "text" })

/** @param {{x: number, y: number, class: string}} where */
const query = ({ x, y, class: name }) => new URLSearchParams({ x: String(x), y: String(y), class: name })

/** Rejects where nothing is proposed.
 *  @param {string} session  @param {{x: number, y: number, class: string}} where  @param {AbortSignal} signal  @returns {Promise<ProposalInfo>} */
export const getProposal = (session, where, signal) => get(`/sessions/${session}/proposal?${query(where)}`, signal)

/** @param {string} session  @param {{x: number, y: number, class: string}} where */
export const proposalUrl = (session, where) => `${API}/sessions/${session}/proposal.png?${query(where)}`

/** @param {string} session  @param {string} name  @returns {Promise<string>} */
export const getGeojson = (session, name) => {
  const lost = "The server did not answer, so nothing was exported. Try it again in a moment."
  const path = `/sessions/${session}/mask.geojson?class=${encodeURIComponent(name)}`
  return request("GET", path, { read: "text", patience: FILE_PATIENCE_MS, lost })
}

/** @param {string} session  @param {string} name Of the class. */
export const maskImageUrl = (session, name) => `${API}/sessions/${session}/mask.tiff?class=${encodeURIComponent(name)}`

/** With the same `op_id` again it is the same import.
 *  @param {string} session  @param {File} file  @param {{name: string, mode: "replace" | "add", op_id: string}} how  @returns {Promise<Imported>} */
export const importFile = (session, file, { name, mode, op_id }) => {
  const json = /\.(geo)?json$/i.test(file.name)
  const query = `mode=${mode}&class=${encodeURIComponent(name)}&op_id=${op_id}`
  const type = json ? "application/geo+json" : "image/tiff"
  const lost = `The server did not answer: ${file.name} may not be in the session. Open it again in a moment; it is not taken in twice.`
  return request("POST", `/sessions/${session}/import?${query}`, { body: file, type, patience: FILE_PATIENCE_MS, lost })
}

/** @returns {string} An id that no other operation has; also where the page is not served securely. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
