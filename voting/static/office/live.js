// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeps the page of a running election up to date: copies texts and numbers that the server has put into words.
// Without it, the page says the same after "Reload".

const EVERY = 2000; // ms
const TONES = ["plain", "care", "good", "bad"];

const root = document.getElementById("live");
const news = document.getElementById("live-news");
const lost = document.getElementById("live-lost");

const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

const show = ({ texts, tones, meters, shape }) => {
  for (const element of root.querySelectorAll("[data-live]")) {
    const name = element.dataset.live;
    if (typeof texts[name] === "string") say(element, texts[name]);
    if (TONES.includes(tones[name])) {
      for (const tone of TONES) element.classList.toggle(`tone-${tone}`, tone === tones[name]);
    }
  }
  for (const meter of root.querySelectorAll("[data-meter]")) {
    const [value, max] = meters[meter.dataset.meter] ?? [meter.value, meter.max];
    meter.max = max;
    meter.value = value;
  }
  news.hidden = shape === root.dataset.shape;
};

const poll = async () => {
  try {
    const answer = await fetch(root.dataset.address, { cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  setTimeout(poll, EVERY);
};

if (root) setTimeout(poll, EVERY);
