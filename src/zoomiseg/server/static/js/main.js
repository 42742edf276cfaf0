/** @file Opens the page that the address names. */

import { getConfig, getSession, getSlide } from "./api.js"
import { openSlidesPage } from "./slides-page.js"
import { h } from "./ui/dom.js"
import { applyTheme } from "./ui/theme.js"
import { openWorkplace } from "./workplace.js"

let leave = new AbortController()

async function open() {
  leave.abort()
  leave = new AbortController()
  const { signal } = leave
  const page = /** @type {HTMLElement} */ (document.getElementById("page"))
  try {
    const config = await getConfig()
    const session = /^#\/session\/([\w-]+)$/.exec(location.hash)?.[1]
    if (!session) {
      document.title = "ZoomISEG"
      return await openSlidesPage(page, config, signal)
    }
    const info = await getSession(session, signal)
    const slide = await getSlide(info.slide)
    if (signal.aborted) return
    document.title = `${slide.name} – ZoomISEG`
    openWorkplace(page, { config, slide, info }, signal)
  } catch (error) {
    if (!signal.aborted) showFailure(page, error)
  }
}

/** @param {HTMLElement} page  @param {unknown} error */
function showFailure(page, error) {
  const message = error instanceof Error ? error.message : "Something went wrong."
  const hint = error instanceof Error && "hint" in error ? String(error.hint ?? "") : ""
  page.replaceChildren(
    h(
      "main",
      { class: "failure" },
      h("h1", { text: "This page cannot be opened" }),
      h("p", { text: message }),
      hint && hint !== message && h("p", { text: hint }),
      h("p", {}, h("button", { type: "button", class: "primary", text: "Try again", onclick: open }), h("a", { href: "#/", text: "All slides" })),
    ),
  )
}

applyTheme()
addEventListener("hashchange", open)
void open()
