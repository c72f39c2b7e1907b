// SPDX-License-Identifier: AGPL-3.0-or-later
/** Rules for the booth, for the verifier in the browser and for their tests; layout is not ESLint's business. */
import js from "@eslint/js";
import noUnsanitized from "eslint-plugin-no-unsanitized";

const browser = ["TextDecoder", "TextEncoder", "atob", "btoa", "crypto", "DOMException"];
const page = ["document", "window", "navigator", "location", "URL", "Blob", "Worker", "MessageChannel", "AbortController", "AbortSignal", "FormData", "HTMLInputElement", "fetch", "setTimeout", "clearTimeout", "setInterval", "clearInterval"];
const node = ["Buffer", "MessageChannel", "ReadableStream", "Response", "process", "structuredClone", "performance", "console", "setTimeout", "URL", "Blob", "fetch"];

/** @param {string[]} names */
function readonly(names) {
  return Object.fromEntries(names.map((name) => [name, "readonly"]));
}

const rules = {
  ...js.configs.recommended.rules,
  ...noUnsanitized.configs.recommended.rules,
  "consistent-return": "error",
  eqeqeq: "error",
  "no-constant-condition": ["error", { checkLoops: false }],
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-param-reassign": ["error", { props: false }],
  "no-restricted-globals": ["error", "localStorage", "sessionStorage", "indexedDB"],
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  {
    files: ["voting/static/voting/booth/**/*.js", "voting/static/voting/verifier/**/*.js"],
    plugins: { "no-unsanitized": noUnsanitized },
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: readonly([...browser, ...page]) },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: { ...rules, "no-restricted-properties": ["error", { object: "Math", property: "random" }] },
  },
  {
    files: ["tests/**/*.mjs", "tests/**/*.js"],
    plugins: { "no-unsanitized": noUnsanitized },
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: readonly([...browser, ...node]) },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules,
  },
];
