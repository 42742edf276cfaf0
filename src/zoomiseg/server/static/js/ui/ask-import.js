/** @file Asks what becomes of a mask where there is one already. */

import { h } from "./dom.js"

/** @param {string} file  @param {string} name Of the class.  @returns {Promise<"add" | "anew" | null>} Null when the user gives up. */
export function askImport(file, name) {
  const dialog = h("dialog", { class: "ask", "aria-label": "Open a mask" })
  /** @param {string} value  @param {string} text  @param {string} [look] */
  const choice = (value, text, look) => h("button", { type: "submit", value, class: look, text })
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { text: `Add ${file} to the mask?` }),
    h("p", { text: `There is ${name} in this session already. The file's outlines can be drawn over it, or begin a new session; this one is kept then.` }),
    h("div", { class: "actions" }, choice("cancel", "Cancel"), choice("anew", "Begin a new session"), choice("add", "Add", "primary")),
  )
  dialog.append(form)
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "add" || dialog.returnValue === "anew" ? dialog.returnValue : null)
      dialog.remove()
    }),
  )
}
