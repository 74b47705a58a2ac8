// Draws one message: who speaks, what it answers, what goes along, the words, and what can be done with it.

import { read } from "/text.js";

const QUOTED = 60;

function element(name, className, words = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = words;
  return made;
}

export function icon(name) {
  return document.getElementById(`icon-${name}`).content.cloneNode(true);
}

export function shorten(words) {
  const line = words.trim().split("\n")[0];
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}

/* Said of a message where it is only named: its words, or what goes along. */
export function name({ text, along }) {
  return shorten(text) || along?.label || (along?.kind === "voice" ? "Voice note" : "Picture");
}

function sent({ src, kind, label }) {
  if (kind === "picture") return Object.assign(new Image(), { src, alt: label || "Picture" });
  const player = Object.assign(document.createElement("audio"), { src, controls: true, preload: "metadata" });
  player.setAttribute("aria-label", label || "Voice note");
  return player;
}

/* The bubble lies as the page runs, its words run as they are written. */
export function fill(bubble, { text, hers, picture, along }, { numbered = "", quoted = "" } = {}) {
  const words = element("span", "words");
  words.dir = "auto";
  words.append(...read(text), numbered && `\n\n${numbered}`);
  const quote = element("span", "quote", quoted);
  quote.dir = "auto";
  bubble.replaceChildren(
    element("span", "unseen", hers ? "You: " : "Comadre: "),
    ...(quoted ? [quote] : []),
    ...(picture ? [Object.assign(new Image(), picture)] : []),
    ...(along ? [sent(along)] : []),
    ...(words.textContent ? [words] : []),
  );
}

/* A row: the bubble, and beside it the one thing that can be done with the message. */
export function place({ hers }, act) {
  const row = element("div", hers ? "row hers" : "row");
  const bubble = element("p", hers ? "bubble hers" : "bubble");
  const button = element("button", "act");
  button.type = "button";
  button.append(icon(hers ? "edit" : "reply"));
  button.addEventListener("click", act);
  row.append(bubble, button);
  return { row, bubble, button };
}
