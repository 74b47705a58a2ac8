// The line where she writes: what it answers or changes, and what goes along with it.

import { name } from "/message.js";

const find = (id) => document.getElementById(id);
const [text, file, about, attached] = ["text", "file", "about", "attached"].map(find);

let target = null;

/* What a screen reader says of the line: only what is shown. */
function show(bar, shown) {
  bar.hidden = !shown;
  const notes = [about, attached].filter((each) => !each.hidden).map((each) => `${each.id}-note`);
  text.setAttribute("aria-describedby", notes.join(" "));
}

/* Begin to answer a message of the bot's, or to change one of hers. */
export function take(message) {
  target = message;
  find("about-what").textContent = message.hers ? "Change" : "Reply to";
  find("about-words").textContent = name(message);
  find("delete").hidden = !message.hers;
  show(about, true);
  if (message.hers) {
    text.value = message.text;
    putAway();
  }
  find("attach").disabled = message.hers;
  text.focus();
}

export function letGo() {
  if (target?.hers) text.value = "";
  target = null;
  show(about, false);
  find("attach").disabled = false;
  text.focus();
}

export function isAbout(handle) {
  return target?.handle === handle;
}

function putAway() {
  file.value = "";
  show(attached, false);
}

/* Upload what goes along; returns its name, nothing where there is none. */
async function upload() {
  if (!file.files.length) return "";
  const answer = await fetch("/files", { method: "POST", body: file.files[0] });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()).ref;
}

/* Send what stands there; `send` says whether it left, `say` shows what went wrong. */
export async function submit(write, send, say) {
  const words = text.value;
  if (target?.hers) {
    if (words.trim() && send({ type: "edit", handle: target.handle, text: words })) letGo();
    return;
  }
  let media = "";
  try {
    media = await upload();
  } catch (error) {
    say(error instanceof TypeError ? "The file could not be sent." : error.message);
    return;
  }
  if (!write({ text: words, reply: target?.handle ?? "", media })) return;
  say("");
  text.value = "";
  putAway();
  letGo();
}

export function prepare(send) {
  find("cancel").addEventListener("click", letGo);
  find("delete").addEventListener("click", () => {
    if (send({ type: "delete", handle: target.handle })) letGo();
  });
  find("attach").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    find("attached-name").textContent = file.files[0]?.name ?? "";
    show(attached, file.files.length > 0);
    text.focus();
  });
  find("detach").addEventListener("click", () => {
    putAway();
    text.focus();
  });
  find("composer").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && target) letGo();
  });
}
