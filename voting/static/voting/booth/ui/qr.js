// SPDX-License-Identifier: AGPL-3.0-or-later
/** A QR code as a picture: dark on white in every colour scheme, with the quiet zone that readers need. */
import { qrModules } from "../qr.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // modules

/**
 * @param {string} text
 * @param {string} label what a screen reader says
 * @returns {SVGSVGElement}
 */
export function qrPicture(text, label) {
  const rows = qrModules(text);
  const size = rows.length + 2 * QUIET;
  const picture = /** @type {SVGSVGElement} */ (document.createElementNS(SVG, "svg"));
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label })) {
    picture.setAttribute(name, value);
  }
  const ground = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ width: size, height: size, class: "qr-ground" })) {
    ground.setAttribute(name, String(value));
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("class", "qr-modules");
  path.setAttribute("d", rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : []))).join(""));
  picture.append(ground, path);
  return picture;
}
