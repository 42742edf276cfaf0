/** @file The tool that everybody begins with: a click says what the place is. */

/** @param {import("./tools.js").Bench} bench  @returns {import("./pointer.js").Tool} */
export const clickTool = (bench) => ({
  cursor: "crosshair",
  click(point, { negative }) {
    if (!bench.viewer.isOnSlide(point)) return
    const label = negative === (bench.label() === -1) ? 1 : -1
    bench.session.click(point, { label, scale: bench.scale(), class: bench.current().name })
  },
})
