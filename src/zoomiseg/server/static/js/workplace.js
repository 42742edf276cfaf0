/** @file The page on which a slide is segmented: all its parts put together. */

import { keepLook, makeDesk } from "./desk.js"
import { acceptDrops } from "./drop.js"
import { Importer } from "./importer.js"
import { listenToKeys } from "./keyboard.js"
import { layOut } from "./layout.js"
import { MaskLayer } from "./mask/layer.js"
import { Overlay } from "./overlay.js"
import { addPainters } from "./painters.js"
import { Proposals } from "./proposals.js"
import { listening } from "./scale.js"
import { LiveSession } from "./session.js"
import { PointerRouter } from "./tools/pointer.js"
import { makeTools } from "./tools/tools.js"
import { classesPart } from "./ui/classes.js"
import { clickListPart } from "./ui/click-list.js"
import { mapCorner, progress, scaleCorner } from "./ui/corners.js"
import { displayPart } from "./ui/display.js"
import { Exporter, exportPart } from "./ui/export.js"
import { helpDialog } from "./ui/help.js"
import { Hints } from "./ui/hints.js"
import { learningPart } from "./ui/learning.js"
import { proposalBar } from "./ui/proposal-bar.js"
import { scaleBadge } from "./ui/scale-badge.js"
import { tell, tellProblem } from "./ui/toast.js"
import { toolStrip } from "./ui/tool-strip.js"
import { toolbar } from "./ui/toolbar.js"
import { topbar } from "./ui/topbar.js"
import { SlideViewer } from "./viewer.js"

/** @typedef {import("./types.js").Config} Config */
/** @typedef {import("./types.js").SessionEvent} SessionEvent */
/** @typedef {import("./types.js").SessionInfo} SessionInfo */
/** @typedef {import("./types.js").SlideInfo} SlideInfo */

const LOOK_AFTER_MS = 250
/** µm per CSS pixel at which a click of the list is shown. */
const SHOWN_AT = { high: 0.7, low: 2.5 }

/**
 * All that works together on the page.
 * @typedef {object} Workplace
 * @property {Config} config
 * @property {SlideInfo} slide
 * @property {import("./layout.js").Places} places
 * @property {import("./desk.js").Desk} desk
 * @property {SlideViewer} viewer
 * @property {MaskLayer} mask
 * @property {LiveSession} session
 * @property {Proposals} proposals
 * @property {Overlay} overlay
 * @property {Record<import("./tools/tools.js").ToolName, import("./tools/pointer.js").Tool>} tools
 * @property {Exporter} exporter
 * @property {Importer} importer
 * @property {Hints} hints
 * @property {HTMLDialogElement} help
 * @property {number} slideMpp µm per slide pixel.
 * @property {(name: string) => string} colourOf
 */

/**
 * @param {HTMLElement} page
 * @param {{config: Config, slide: SlideInfo, info: SessionInfo}} what
 * @param {AbortSignal} signal Ends it all.
 */
export function openWorkplace(page, { config, slide, info }, signal) {
  const places = layOut(page)
  const desk = makeDesk(config.classes[0].name)
  const viewer = new SlideViewer(places.slide, places.miniMap, slide, signal)
  const mask = new MaskLayer(viewer, places.mask, info, signal)
  const session = new LiveSession(info, signal, { onChange: (change) => mask.change(change), onProblem: tellProblem })
  const overlay = new Overlay(viewer, places.overlay, signal)
  const slideMpp = info.mpp[0]
  const colourOf = (/** @type {string} */ name) => config.classes.find((each) => each.name === name)?.colour ?? "#000000"
  const proposals = new Proposals({ desk, viewer, session, colourOf }, signal)
  const tools = makeTools({
    session,
    viewer,
    current: () => ({ name: desk.state.className, colour: colourOf(desk.state.className) }),
    scale: () => desk.state.scale,
    label: () => desk.state.label,
    brushPx: () => desk.state.brushPx,
    slideMpp: () => slideMpp,
    redraw: () => overlay.ask(),
    tell,
  })
  const hints = new Hints(config.high_from_mpp)
  const help = helpDialog(() => hints.restart())
  const exporter = new Exporter(session, slide.name)
  const importer = new Importer(session, slide, () => desk.state.className)
  /** @type {Workplace} */
  const all = { config, slide, places, desk, viewer, mask, session, proposals, overlay, tools, exporter, importer, hints, help, slideMpp, colourOf }
  furnish(page, all, signal)
  addPainters(all)
  followScale(all, signal)
  followMasks(all, signal)
  followHints(all, signal)
  keepLook(desk, signal)
  lookAhead(all, signal)
  acceptDrops(places.stage, (file) => void importer.take(file), signal)
  listen(all, signal)
  for (const notice of info.notices) tell(notice, { kind: "problem", stays: true })
  session.start()
}

/** @param {HTMLElement} page  @param {Workplace} all  @param {AbortSignal} signal */
function furnish(page, all, signal) {
  const { config, slide, places, desk, viewer, session, proposals, tools, exporter, importer, hints, help } = all
  const badge = scaleBadge(desk, config, signal)
  page.prepend(topbar({ name: slide.name, session, badge, onHelp: () => help.showModal() }, signal))
  page.append(help)
  places.body.prepend(toolbar(desk, signal))
  const strip = toolStrip(desk, () => tools[desk.state.tool], signal)
  places.stage.append(strip, proposalBar(proposals, signal), progress(session, signal), hints.element, scaleCorner(desk, signal), mapCorner(viewer, places.mapFrame))
  places.panel.append(
    classesPart(desk, session, config.classes, signal),
    displayPart(desk, signal),
    learningPart(session, signal),
    clickListPart({ desk, session, colourOf: all.colourOf, onShow: (event) => showEvent(all, event) }, signal),
    exportPart(exporter, { desk, onOpen: (file) => void importer.take(file) }, signal),
  )
}

/** Say which network listens whenever the zoom or the pin changes.  @param {Workplace} all  @param {AbortSignal} signal */
function followScale({ config, desk, viewer, slideMpp }, signal) {
  const update = () => {
    const view = viewer.view
    if (!view) return
    const screenMpp = slideMpp / view.scale
    desk.set({ screenMpp, scale: listening(config, screenMpp, desk.state.pin) })
  }
  viewer.onMove(update)
  desk.on(["pin"], update, signal)
}

/** Show the masks of the classes that have one.  @param {Workplace} all  @param {AbortSignal} signal */
function followMasks({ config, places, desk, session, mask }, signal) {
  const show = () => {
    const { mode, maskVisible, className } = desk.state
    const { info, events } = session.store.state
    const used = new Set([...info.classes, ...events.map((event) => event.class)])
    const classes = config.classes.filter(({ name }) => (mode === "heat" ? name === className : used.has(name)))
    mask.name(info.mask_id)
    mask.show({ classes, mode, visible: maskVisible })
  }
  desk.on(["mode", "maskVisible", "className"], show, signal)
  session.store.on(["info", "events"], show, signal)
  desk.on(["opacity"], ({ opacity }) => {
    places.mask.style.opacity = String(opacity)
  }, signal)
}

/** @param {Workplace} all  @param {AbortSignal} signal */
function followHints({ desk, session, hints }, signal) {
  const update = () => hints.update({ events: session.store.state.events, detail: desk.state.scale === "high" })
  session.store.on(["events"], update, signal)
  desk.on(["scale"], update, signal)
}

/** Let the server read what a click in the middle of the view would need.  @param {Workplace} all  @param {AbortSignal} signal */
function lookAhead({ desk, viewer, session }, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  viewer.onMove(() => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const at = viewer.centre
      if (viewer.isOnSlide(at)) void session.look(at, desk.state.scale)
    }, LOOK_AFTER_MS)
  })
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true })
}

/** Let pointer and keys reach the tool in use.  @param {Workplace} all  @param {AbortSignal} signal */
function listen({ config, places, desk, viewer, session, proposals, tools, exporter, help }, signal) {
  const tool = () => tools[desk.state.tool]
  const pointer = new PointerRouter(viewer, tool)
  desk.on(["tool"], () => {
    for (const other of Object.values(tools)) if (other !== tool()) other.cancel?.()
    places.slide.dataset.cursor = tool().cursor ?? ""
  }, signal)
  const middle = () => ({ x: places.slide.clientWidth / 2, y: places.slide.clientHeight / 2 })
  listenToKeys({
    desk,
    session,
    viewer,
    pointer,
    tool,
    proposals,
    classes: config.classes.map(({ name }) => name),
    clickCentre: (negative) => tool().click?.(viewer.centre, { negative, screen: middle() }),
    help: () => help.showModal(),
    download: () => exporter.download(),
  }, signal)
}

/** Bring an event into view, at a zoom like the one at which it was made.  @param {Workplace} all  @param {SessionEvent} event */
function showEvent({ viewer, slideMpp }, event) {
  const [first] = event.points ?? event.rings?.[0] ?? []
  const x = event.x ?? first?.[0]
  const y = event.y ?? first?.[1]
  if (x == null || y == null) return
  const middle = { x: x + (event.width ?? 0) / 2, y: y + (event.height ?? 0) / 2 }
  viewer.show(middle, slideMpp / SHOWN_AT[event.scale ?? "low"])
}
