/** @file Dark or light: as the system says, until the user chooses. */

import { icon, iconButton } from "./dom.js"

const KEY = "zoomiseg.theme"

/** Show what was chosen at an earlier visit. */
export function applyTheme() {
  const chosen = localStorage.getItem(KEY)
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen
}

/** @returns {boolean} */
const isDark = () => {
  const { theme } = document.documentElement.dataset
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
}

export function toggleTheme() {
  const next = isDark() ? "light" : "dark"
  document.documentElement.dataset.theme = next
  localStorage.setItem(KEY, next)
  dispatchEvent(new Event("zoomiseg-theme"))
}

/** @param {AbortSignal} signal  @returns {HTMLButtonElement} */
export function themeButton(signal) {
  const button = iconButton("moon", "Dark or light", toggleTheme, "d")
  const show = () => button.replaceChildren(icon(isDark() ? "sun" : "moon"))
  show()
  addEventListener("zoomiseg-theme", show, { signal })
  return button
}
