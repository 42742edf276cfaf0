/** @file The tools, each made of what it does with the pointer and what it shows meanwhile. */

import { boxTool } from "./box.js"
import { clickTool } from "./click.js"
import { lineTool } from "./line.js"
import { polygonTool } from "./polygon.js"

/** @typedef {import("../types.js").Label} Label */
/** @typedef {import("../types.js").ScaleName} ScaleName */
/** @typedef {import("../types.js").Point} Point */
/** @typedef {import("./pointer.js").Tool} Tool */

/**
 * What tools need of the workplace.
 * @typedef {object} Bench
 * @property {import("../session.js").LiveSession} session
 * @property {import("../viewer.js").SlideViewer} viewer
 * @property {() => {name: string, colour: string}} current The class in use.
 * @property {() => ScaleName} scale The network that listens.
 * @property {() => Label} label What a plain click says.
 * @property {() => number} brushPx The brush's width on screen.
 * @property {() => number} slideMpp µm per slide pixel.
 * @property {() => void} redraw
 * @property {(text: string) => void} tell
 */

/** @typedef {"click" | "scribble" | "box" | "brush" | "eraser" | "polygon" | "accept" | "lock" | "pan"} ToolName */

/** In the order of the toolbar. @type {{name: ToolName, key: string, label: string, help: string}[]} */
export const TOOLS = [
  { name: "click", key: "c", label: "Click", help: "Click on tumour; right-click or Alt+click where it is not" },
  { name: "scribble", key: "s", label: "Scribble", help: "Draw a line through the tumour, as many clicks at once; with the right button where it is not" },
  { name: "box", key: "x", label: "Box", help: "Draw a box around one tumour area" },
  { name: "brush", key: "b", label: "Brush", help: "Paint by hand; [ and ] change the width" },
  { name: "eraser", key: "e", label: "Eraser", help: "Erase by hand; [ and ] change the width" },
  { name: "polygon", key: "p", label: "Polygon", help: "Outline by hand: click the corners; a double click, Enter or the first corner closes it" },
  { name: "accept", key: "a", label: "Accept region", help: "Draw a box: overview clicks no longer change what is in it" },
  { name: "lock", key: "l", label: "Lock region", help: "Draw a box: nothing in it changes any more" },
  { name: "pan", key: "v", label: "Move", help: "Drag moves the slide; clicks do nothing (or hold Space with any tool)" },
]

/** @param {Bench} bench  @returns {Record<ToolName, Tool>} */
export const makeTools = (bench) => ({
  click: clickTool(bench),
  scribble: lineTool(bench, "scribble"),
  brush: lineTool(bench, "brush"),
  eraser: lineTool(bench, "eraser"),
  box: boxTool(bench, (box, negative) => {
    if (negative) bench.tell("A box can only say what belongs to the class. Scribble with the right button to say what does not.")
    else bench.session.box(box, { scale: bench.scale(), class: bench.current().name })
  }),
  accept: boxTool(bench, (box) => bench.session.accept(box, bench.current().name)),
  lock: boxTool(bench, (box) => bench.session.lock(box)),
  polygon: polygonTool(bench),
  pan: { cursor: "grab" },
})
