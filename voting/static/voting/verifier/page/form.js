// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the page was asked: which record, what was brought to it, and how to verify. */

/** @typedef {import("../worker.js").Place} Place */

/** Names of the problems that the page has a sentence for. */
/** @typedef {"no-record" | "no-fingerprint-form"} Problem */
/** @typedef {{ place: Place, fingerprint: string | null, isCompact: boolean } & import("../worker.js").Brought} Asked */

const FINGERPRINT = /^[0-9a-f]{64}$/;

/**
 * @param {HTMLFormElement} form
 * @returns {{ asked: Asked | null, problems: Problem[] }}
 */
export function readForm(form) {
  const place = placeOf(form);
  const typed = field(form, "fingerprint").value.replace(/[\s-]/g, "").toLowerCase();
  /** @type {Problem[]} */
  const problems = [];
  if (!place) problems.push("no-record");
  if (typed && !FINGERPRINT.test(typed)) problems.push("no-fingerprint-form");
  if (!place || problems.length) return { asked: null, problems };
  const brought = { policy: fileOf(form, "policy"), earlier: fileOf(form, "earlier") };
  return { asked: { place, fingerprint: typed || null, isCompact: field(form, "compact").checked, ...brought }, problems };
}

/**
 * @param {HTMLFormElement} form
 * @returns {Place | null}
 */
function placeOf(form) {
  const chosen = /** @type {HTMLInputElement | null} */ (form.querySelector('[name="record"]:checked'));
  const kind = chosen?.value ?? "archive";
  if (kind === "archive") {
    const blob = fileOf(form, "archive");
    return blob ? { kind: "archive", blob } : null;
  }
  if (kind === "folder") {
    const files = [...(field(form, "folder").files ?? [])];
    return files.length ? { kind: "folder", files: files.map((file) => ({ path: below(file), blob: file })) } : null;
  }
  return { kind: "web", address: new URL(kind, location.href).href.replace(/\/$/, "") };
}

/**
 * What people call the record: its file, its folder or its address.
 * @param {HTMLFormElement} form
 * @param {Place} place
 */
export function nameOf(form, place) {
  if (place.kind === "web") return place.address;
  if (place.kind === "archive") return fileOf(form, "archive")?.name ?? "";
  return field(form, "folder").files?.[0]?.webkitRelativePath.split("/")[0] ?? "";
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @returns {File | null}
 */
function fileOf(form, name) {
  return field(form, name).files?.[0] ?? null;
}

/**
 * The path below the folder that was chosen.
 * @param {File} file
 */
function below(file) {
  return file.webkitRelativePath.split("/").slice(1).join("/");
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}
