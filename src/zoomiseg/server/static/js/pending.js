/** @file What the user will have once all that is on its way is done: shown at once, so that nobody waits for a dot. */

/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").SessionEvent} SessionEvent */

/**
 * Return the events as they will be once what is under way is done, without those that were lifted again.
 * @param {SessionEvent[]} events  @param {Operation[]} operations  @returns {SessionEvent[]}
 */
export function withPending(events, operations) {
  const known = new Set(events.map((event) => event.op_id))
  let shown = events
  for (const { op_id, path, body, method } of operations) {
    if (known.has(op_id)) continue
    const gone = method === "DELETE" ? path.slice("clicks/".length).split("?")[0] : body?.of
    if (gone) shown = shown.filter((event) => event.op_id !== gone)
    else if (path === "undo") shown = shown.slice(0, -1)
    else if (path in KIND_OF_PATH) shown = [...shown, pendingEvent(op_id, path, body ?? {})]
  }
  const lifted = new Set(shown.map((event) => event.of))
  return shown.filter((event) => !event.of && !lifted.has(event.op_id))
}

/** @type {Readonly<Record<string, string>>} */
const KIND_OF_PATH = {
  clicks: "click",
  scribbles: "scribble",
  boxes: "box",
  strokes: "stroke",
  polygons: "polygon",
  settle: "settle",
  locks: "lock",
  accept: "accept",
  learn: "learn",
}

/** @param {string} op_id  @param {string} path  @param {Record<string, unknown>} body  @returns {SessionEvent} */
const pendingEvent = (op_id, path, body) =>
  /** @type {SessionEvent} */ ({ class: "", ...body, op_id, kind: KIND_OF_PATH[path], pending: true })
