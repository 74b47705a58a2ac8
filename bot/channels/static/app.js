// The preview chat. The server keeps the conversation; this page shows it and passes on what she does.

import { isAbout, letGo, prepare, submit, take } from "/composer.js";
import { fill, name, place } from "/message.js";
import { list } from "/text.js";

const find = (id) => document.getElementById(id);
const [log, choices, ways, scroller] = ["log", "choices", "ways", "scroller"].map(find);
const [text, notice, language, signal, time] = ["text", "notice", "language", "signal", "time"].map(find);
const query = new URLSearchParams(location.search);

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

let socket;
let wait = FIRST_WAIT;
let languages = {};
let screen = { choices: [], ways: [] };
let newest;
const messages = new Map();

/* Who she is: one person a window, the same one after a reload. */

function remember(name, make) {
  const value = sessionStorage.getItem(name) ?? make();
  sessionStorage.setItem(name, value);
  return value;
}

const person = remember("person", () => crypto.randomUUID());
const locale = query.get("lang") ?? navigator.language;

/* The line to the server. */

function connect() {
  socket = new WebSocket(`ws://${location.host}/chat`);
  socket.addEventListener("open", () => {
    wait = FIRST_WAIT;
    send({ type: "start", person, locale, payload: query.get("start") ?? "" });
  });
  socket.addEventListener("message", (event) => {
    const frame = JSON.parse(event.data);
    receive[frame.type](frame);
  });
  socket.addEventListener("close", () => {
    say("Connection lost. Trying again…");
    setTimeout(connect, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  });
}

function send(frame) {
  const open = socket.readyState === WebSocket.OPEN;
  if (open) socket.send(JSON.stringify(frame));
  return open;
}

function say(words) {
  notice.textContent = words;
}

const receive = {
  show({ fresh, removed = [], ...shown }) {
    if (fresh) clear();
    removed.forEach(drop);
    screen = shown;
    const first = shown.messages.map(put)[0];
    draw();
    settle(first);
  },
  said({ message }) {
    settle(put(message));
  },
  erase({ handles }) {
    const last = [...messages.keys()].at(-1);
    if (handles.includes(last)) screen = { choices: [], ways: [] };
    handles.forEach(drop);
    draw();
  },
  status(status) {
    say("");
    languages = status.languages;
    drawLanguages();
    drawFindings(status.findings);
    drawClock(status);
  },
  refused({ reason }) {
    say(reason);
  },
};

/* Messages. */

function put(message) {
  const known = messages.get(message.handle);
  const parts = known?.parts ?? place(message, () => take(messages.get(message.handle)));
  const shown = { ...message, parts };
  messages.set(message.handle, shown);
  if (!known) log.append(parts.row);
  write(shown);
  return parts.row;
}

function write(message, numbered = "") {
  const { bubble, button } = message.parts;
  const answered = messages.get(message.reply);
  fill(bubble, message, { numbered, quoted: answered ? name(answered) : "" });
  button.setAttribute("aria-label", `${message.hers ? "Change" : "Reply to"}: ${name(message)}`);
}

function drop(handle) {
  messages.get(handle)?.parts.row.remove();
  messages.delete(handle);
  if (isAbout(handle)) letGo();
  for (const message of messages.values()) if (message.reply === handle) write(message);
}

function clear() {
  [...messages.keys()].forEach(drop);
}

/* The top of what is new comes into view; what fits is shown whole, buttons included. */
function settle(first = newest) {
  newest = first;
  if (first?.isConnected) scroller.scrollTop = first.offsetTop - scroller.offsetTop - 12;
}

/* What goes along has its height only once it is there. */
for (const event of ["load", "loadedmetadata", "error"]) log.addEventListener(event, () => settle(), true);

/* What she can do next. */

function draw() {
  const focused = [choices, ways].find((group) => group.contains(document.activeElement));
  const asSignal = signal.checked;
  drawNumbers(asSignal);
  fillGroup(choices, asSignal ? [] : screen.choices);
  fillGroup(ways, asSignal ? [] : screen.ways);
  text.placeholder = asSignal ? "Type a number or a word" : "Message";
  if (focused) (choices.hidden ? (ways.hidden ? text : ways) : choices).focus();
}

function drawNumbers(asSignal) {
  const labels = [...screen.choices, ...screen.ways].map(({ label }) => label);
  const bearer = [...messages.values()].findLast(({ hers }) => !hers);
  for (const message of messages.values()) {
    if (message.numbered) write(message);
    message.numbered = false;
  }
  if (!asSignal || !bearer || !labels.length) return;
  write(bearer, list(labels));
  bearer.numbered = true;
}

function fillGroup(group, options) {
  group.hidden = !options.length;
  group.replaceChildren(...options.map(button));
}

function button({ token, label }) {
  const made = document.createElement("button");
  made.type = "button";
  made.dir = "auto";
  made.textContent = label;
  made.addEventListener("click", () => {
    const handle = [...messages.keys()].findLast((key) => !messages.get(key).hers) ?? "";
    if (send({ type: "press", token, handle })) follow(label);
  });
  return made;
}

/* The page runs the way her language runs, as soon as she says which one it is. */

function follow(words) {
  const chosen = Object.keys(languages).find((code) => languages[code].name === words.trim());
  if (chosen) speak(chosen);
}

function speak(code) {
  language.value = code;
  sessionStorage.setItem("language", code);
  document.documentElement.dir = languages[code].direction;
  for (const part of [log, choices, ways]) part.lang = code;
}

function drawLanguages() {
  language.replaceChildren(...Object.entries(languages).map(([code, { name }]) => {
    const option = new Option(name, code);
    option.lang = code;
    return option;
  }));
  const wanted = [sessionStorage.getItem("language"), locale, locale.split("-")[0], Object.keys(languages)[0]];
  const code = wanted.find((each) => each in languages);
  if (code) speak(code);
}

/* Around the chat. */

function drawFindings(findings) {
  const panel = find("findings");
  const count = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  panel.hidden = !findings.length;
  panel.querySelector("bdi").textContent = `${count} found in the content; a file with an error is not used until it is mended`;
  panel.querySelector("ul").replaceChildren(...findings.map((finding) => {
    const item = document.createElement("li");
    item.textContent = finding;
    return item;
  }));
}

function drawClock({ clock, clock_settable }) {
  const at = new Date(clock);
  find("clock").hidden = !clock_settable;
  time.value = new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/* What she does. */

function tell(frame) {
  if ((!frame.text.trim() && !frame.media) || !send({ type: "text", ...frame })) return false;
  follow(frame.text);
  return true;
}

prepare(send);

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit(tell, send, say);
});

language.addEventListener("change", () => {
  tell({ text: languages[language.value].name });
});

find("clock").addEventListener("submit", (event) => {
  event.preventDefault();
  send({ type: "clock", at: new Date(time.value).toISOString() });
});

find("now").addEventListener("click", () => send({ type: "clock", at: "" }));

/* On a small screen the controls wait behind "More". */
const wide = matchMedia("(min-width: 52rem)");
const unfold = () => {
  find("more").open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();

signal.checked = sessionStorage.getItem("signal") === "on";
signal.addEventListener("change", () => {
  sessionStorage.setItem("signal", signal.checked ? "on" : "off");
  draw();
  scroller.scrollTop = scroller.scrollHeight;
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select");
  if (/^\d$/.test(event.key) && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) text.focus();
});

connect();
