/** @file The shapes that the API speaks, in one place. Coordinates are slide pixels (level 0), y downwards. */

/** @typedef {1 | -1} Label 1 is the class, -1 is not. */
/** @typedef {"low" | "high"} ScaleName */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {[x: number, y: number, width: number, height: number]} Box */
/** @typedef {{name: string, colour: string}} ClassInfo */
/** @typedef {{revision: number, changed: Box[]}} Change */
/** @typedef {Change & {notices: string[]}} Imported What of a file was left out, in sentences. */

/**
 * @typedef {object} Config
 * @property {string} version
 * @property {string} user
 * @property {string} default_adapt What new sessions learn that do not say it.
 * @property {ClassInfo[]} classes
 * @property {number} low_mpp
 * @property {number} high_mpp
 * @property {number} high_from_mpp Below this µm per pixel of the screen a click speaks to the high network.
 */

/**
 * @typedef {object} SessionSummary
 * @property {string} id
 * @property {string} slide
 * @property {string} created UTC, ISO 8601.
 * @property {string | null} changed
 */

/**
 * @typedef {object} SlideInfo
 * @property {string} id
 * @property {string} name
 * @property {number} width
 * @property {number} height
 * @property {[number, number] | null} mpp µm per pixel; null where the slide does not tell.
 * @property {number | null} objective
 * @property {string} thumbnail
 * @property {string} fingerprint
 * @property {number} tile_size
 * @property {number} max_level
 * @property {string[]} warnings
 * @property {SessionSummary[]} sessions
 */

/**
 * @typedef {object} SessionEvent
 * @property {number} [n] Missing while it is on its way to the server.
 * @property {string} op_id
 * @property {string} kind
 * @property {string} class
 * @property {string} [author]
 * @property {string} [time]
 * @property {number | null} [x]
 * @property {number | null} [y]
 * @property {Label | null} [label]
 * @property {ScaleName | null} [scale]
 * @property {number | null} [width]
 * @property {number | null} [height]
 * @property {[number, number][] | null} [points]
 * @property {[number, number][][] | null} [rings]
 * @property {number | null} [width_um]
 * @property {"add" | "erase" | null} [mode]
 * @property {boolean | null} [on] Of a switch of learning.
 * @property {string | null} [of] The event that this one lifts.
 * @property {boolean} [pending]
 */

/**
 * @typedef {object} SessionInfo
 * @property {string} id
 * @property {string} slide
 * @property {number} revision
 * @property {string} adapt What it was begun to learn from its slide, parts joined by "+"; "off" for nothing.
 * @property {boolean} learns Whether it does so now.
 * @property {string} mask_id Names its mask tiles together with a revision; another one when it may show other masks.
 * @property {boolean} undoable
 * @property {boolean} redoable
 * @property {[number, number]} mpp
 * @property {SessionEvent[]} events Those in force, in order.
 * @property {string[]} classes
 * @property {{high: Box[], settled: Box[], locked?: Box[]}} patches
 * @property {string[]} notices
 */

/** @typedef {{revision: number, box: Box, share: number}} ProposalInfo `share` of the box's pixels would be the class. */
/** @typedef {{revision: number, tissue_mm2: number, classes: ClassMeasure[]}} Measures */
/** @typedef {{name: string, area_mm2: number, share_of_tissue: number | null}} ClassMeasure */

/**
 * A change that the user asked for, as it waits to be sent.
 * @typedef {object} Operation
 * @property {string} op_id
 * @property {"POST" | "DELETE"} method
 * @property {string} path Below the session.
 * @property {Record<string, unknown>} [body]
 */

export {}
