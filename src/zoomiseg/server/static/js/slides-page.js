/** @file The start page: the slides of the folder, each a press away from its session. */

import { getRefused, getSlides, makeSession } from "./api.js"
import { ago, counted } from "./format.js"
import { h } from "./ui/dom.js"
import { learnt } from "./ui/learning.js"
import { askMpp } from "./ui/mpp-dialog.js"
import { themeButton } from "./ui/theme.js"
import { tellProblem } from "./ui/toast.js"

/** @typedef {import("./types.js").SlideInfo} SlideInfo */
/** @typedef {() => string} Adapt What a new session shall learn. */

const KEY = "zoomiseg.learn"
/** Where the server's own sessions learn nothing: what saves most clicks, and what proposes something. */
const USUAL_ADAPT = "views+memory"

/** @param {HTMLElement} page  @param {import("./types.js").Config} config  @param {AbortSignal} signal */
export async function openSlidesPage(page, config, signal) {
  const list = h("ul", { class: "slides" })
  const search = h("input", { type: "search", placeholder: "Find a slide", "aria-label": "Find a slide", hidden: true })
  const count = h("p", { class: "quiet", role: "status", text: "Reading the folder…" })
  const refused = h("details", { class: "refused", hidden: true })
  const learn = learnSwitch(config.default_adapt)
  page.replaceChildren(
    h(
      "div",
      { class: "start" },
      h("header", {}, h("img", { src: "icon.svg", alt: "", width: 36, height: 36 }), h("h1", { text: "ZoomISEG" }), search, themeButton(signal)),
      h("main", {}, h("h2", { text: "Slides" }), count, learn.element, list, refused),
      h("footer", { class: "quiet", text: `ZoomISEG ${config.version}. For research, not for diagnosis.` }),
    ),
  )
  const slides = await getSlides()
  if (signal.aborted) return
  const show = () => {
    const wanted = search.value.toLowerCase()
    const found = slides.filter(({ name }) => name.toLowerCase().includes(wanted))
    list.replaceChildren(...found.map((slide) => card(slide, learn.adapt)))
    count.textContent = slides.length ? counted(found.length, "slide") : "There is no slide in this folder. Put slides there (SVS, NDPI, TIFF, …) and reload."
  }
  search.hidden = slides.length < 8
  search.addEventListener("input", show)
  show()
  await showRefused(refused)
}

/** Whether what is begun here learns from its slide; as it was left at the last visit.
 *  @param {string} offered The server's own.  @returns {{element: HTMLElement, adapt: Adapt}} */
function learnSwitch(offered) {
  const adapt = offered === "off" ? USUAL_ADAPT : offered
  const box = h("input", { type: "checkbox", id: "learn", "aria-describedby": "learnt", onchange: () => localStorage.setItem(KEY, box.checked ? "on" : "off") })
  const kept = localStorage.getItem(KEY)
  box.checked = kept ? kept === "on" : offered !== "off"
  const text = `${learnt(adapt)} It can be switched off at any moment.`
  const element = h("div", { class: "learn" }, h("label", { class: "switch" }, box, "New sessions learn from their slide"), h("p", { class: "quiet", id: "learnt", text }))
  return { element, adapt: () => (box.checked ? adapt : "off") }
}

/** @param {HTMLElement} place */
async function showRefused(place) {
  const files = await getRefused()
  if (!files.length) return
  place.hidden = false
  place.append(
    h("summary", { text: `${counted(files.length, "file")} could not be opened` }),
    h("ul", {}, ...files.map(({ name, reason }) => h("li", {}, h("b", { text: name }), ` ${reason}`))),
  )
}

/** @param {SlideInfo} slide  @param {Adapt} adapt  @returns {HTMLElement} */
function card(slide, adapt) {
  const [latest, ...earlier] = [...slide.sessions].sort((a, b) => lastUse(b).localeCompare(lastUse(a)))
  const open = () => (latest ? go(latest.id) : begin(slide, adapt()))
  const picture = h("img", { src: slide.thumbnail, alt: "", loading: "lazy" })
  const state = latest ? `Edited ${ago(lastUse(latest), new Date())}` : "Not begun"
  return h(
    "li",
    {},
    h(
      "div",
      { class: "place" },
      h(
        "button",
        { type: "button", class: "card", onclick: open, "aria-label": `${latest ? "Go on with" : "Open"} ${slide.name}` },
        h("span", { class: "picture" }, picture),
        h("span", { class: "name", text: slide.name, title: slide.name }),
        h("span", { class: "quiet", text: facts(slide) }),
        h("span", { class: latest ? "state begun" : "state", text: state }),
      ),
      latest && h("button", { type: "button", class: "again", text: "Begin anew", title: "A new session; the earlier one is kept", onclick: () => begin(slide, adapt()) }),
    ),
    earlier.length > 0 && earlierSessions(earlier),
  )
}

/** @param {import("./types.js").SessionSummary[]} sessions The newest first. */
function earlierSessions(sessions) {
  const rows = sessions.map((each) => {
    const when = `Edited ${ago(lastUse(each), new Date())}`
    return h("li", {}, h("a", { href: `#/session/${each.id}`, text: when, title: `Begun ${new Date(each.created).toLocaleString()}` }))
  })
  return h("details", { class: "earlier" }, h("summary", { text: counted(sessions.length, "earlier session") }), h("ul", {}, ...rows))
}

/** @param {import("./types.js").SessionSummary} session */
const lastUse = (session) => session.changed ?? session.created

/** @param {SlideInfo} slide */
function facts({ width, height, mpp, objective }) {
  const pixels = `${width.toLocaleString("en")} × ${height.toLocaleString("en")} px`
  if (!mpp) return `${pixels} · scale unknown`
  const [w, h_] = [(width * mpp[0]) / 1000, (height * mpp[1]) / 1000]
  const size = `${w.toFixed(1)} × ${h_.toFixed(1)} mm`
  return `${size} · ${objective ? `${objective}x` : `${mpp[0].toFixed(2)} µm/px`}`
}

/** @param {SlideInfo} slide  @param {string} adapt */
async function begin(slide, adapt) {
  try {
    const mpp = slide.mpp ? undefined : await askMpp(slide.name)
    if (mpp === null) return
    go((await makeSession(slide.id, { adapt, mpp })).id)
  } catch (error) {
    tellProblem(error)
  }
}

/** @param {string} session */
function go(session) {
  location.hash = `#/session/${session}`
}
