/** @file Elements from a line of code. */

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * Make an element. Attributes: `class`, `text`, any `on*` listener, and whatever HTML knows; false and null leave
 * an attribute out. Text is always text, never HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue
    if (name === "text") element.textContent = value
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? "" : String(value))
  }
  element.append(...children.filter((child) => child != null && child !== false).map((child) => /** @type {Node | string} */ (child)))
  return element
}

const SVG = "http://www.w3.org/2000/svg"

/** Drawn on 24 x 24, as lines. @type {Readonly<Record<string, string>>} */
const ICONS = {
  click: "M5 3l14 7-6 2-2 6zM13.5 13.5L20 20",
  scribble: "M3 17c3-9 5-9 6-4s3 5 5-1 4-6 7-3",
  box: "M4 7V4h3M17 4h3v3M20 17v3h-3M7 20H4v-3M12 9v6M9 12h6",
  brush: "M20 4L10 14M9 13l3 3c-1 4-5 5-9 4 2-1 2-2 2-4 1-2 2-3 4-3z",
  eraser: "M8 20h12M4.5 14.5l9-9a2 2 0 0 1 3 0l3 3a2 2 0 0 1 0 3L11 20H8l-3.500-3.500a1.500 1.500 0 0 1 0-2zM9 10l6 6",
  polygon: "M12 3l8 6-3 10H7L4 9zM12 3v.01M20 9v.01M17 19v.01M7 19v.01M4 9v.01",
  accept: "M4 7V4h3M17 4h3v3M20 17v3h-3M7 20H4v-3M8 12l3 3 5-6",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  pan: "M12 3v18M3 12h18M12 3l-2.500 2.500M12 3l2.500 2.500M12 21l-2.500-2.500M12 21l2.500-2.500M3 12l2.500-2.500M3 12l2.500 2.500M21 12l-2.500-2.500M21 12l-2.500 2.500",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  redo: "M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6",
  help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18v.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M19 5l-1.500 1.500M6.500 17.500L5 19",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  check: "M5 12.500l4.500 4.500L19 7",
  offline: "M3 3l18 18M5 12a10 10 0 0 1 4-2.500M15 9.500a10 10 0 0 1 4 2.500M8.500 15.500a5 5 0 0 1 7 0M12 19v.01",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  open: "M12 16V5M7 9l5-5 5 5M4 20h16",
}

/** @param {string} name  @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  svg.classList.add("icon")
  const path = document.createElementNS(SVG, "path")
  path.setAttribute("d", ICONS[name])
  svg.append(path)
  return svg
}

/** A button with an icon alone, whose name and key are told to everybody.
 *  @param {string} name  @param {string} label  @param {() => void} onPress  @param {string} [key]  @returns {HTMLButtonElement} */
export const iconButton = (name, label, onPress, key) =>
  h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: key ? `${label} (${key})` : label, onclick: onPress },
    icon(name),
  )
