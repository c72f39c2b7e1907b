# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the HTML report looks, on a screen in either scheme and on paper; contrast is 4.5 or more."""

RULES = """
:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1b2026; --soft: #4d5761; --line: #c9d0d6;
  --good: #146c2e; --bad: #a81c1c; --care: #7a5200; --panel: #f3f5f7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181c; --text: #e9edf0; --soft: #b3bcc4; --line: #47515a;
    --good: #7bd694; --bad: #ff9d96; --care: #f0c060; --panel: #1f252b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.3rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.verdict { border: 2px solid; border-radius: .5rem; padding: .9rem 1rem; background: var(--panel); }
.verdict strong { display: block; font-size: 1.25rem; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.care { color: var(--care); }
.soft { color: var(--soft); }
.verdict p, .failure p { margin: 0 0 .4rem; color: var(--text); }
.failure { border-inline-start: .3rem solid var(--bad); padding-inline-start: 1rem; }
.failure dl + dl { margin-top: 1rem; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
pre { background: var(--panel); border: 1px solid var(--line); padding: .75rem; white-space: pre-wrap; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: minmax(8rem, 1fr) 3fr; gap: 0 1rem; padding: .3rem 0;
  border-top: 1px solid var(--line); }
dt { color: var(--soft); }
dd { margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; font-weight: 600; padding: 0 0 .4rem; }
th, td { text-align: start; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-top: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
th { overflow-wrap: normal; }
:focus-visible { outline: 3px solid var(--care); outline-offset: 2px; }
@media screen and (max-width: 30rem) {
  dl > div { grid-template-columns: 1fr; }
  .checks :is(table, tbody, caption) { display: block; }
  .checks thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .checks tr { display: grid; grid-template-columns: 3rem 1fr; border-top: 1px solid var(--line);
    padding: .35rem 0; }
  .checks :is(th, td) { border: 0; padding: 0; }
  .checks td:last-child { grid-column: 2; }
}
@media print {
  :root { --ground: #fff; --text: #000; --soft: #333; --line: #999; --good: #040; --bad: #800; --care: #530;
    --panel: #fff; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .wide { overflow: visible; }
  h2, h3 { break-after: avoid; }
  tr, .failure, dl > div { break-inside: avoid; }
}
"""
