// The line where she writes: what it answers or changes, and what goes along with it.

import { name } from "/message.js";

const find = (id) => document.getElementById(id);
const [text, file, about, attached] = ["text", "file", "about", "attached"].map(find);

let target = null;

/* Begin to answer a message of the bot's, or to change one of hers. */
export function take(message) {
  target = message;
  find("about-what").textContent = message.hers ? "Change" : "Reply to";
  find("about-words").textContent = name(message);
  find("delete").hidden = !message.hers;
  about.hidden = false;
  if (message.hers) {
    text.value = message.text;
    putAway();
  }
  find("attach").disabled = message.hers;
  text.focus();
}

export function let_go() {
  if (target?.hers) text.value = "";
  target = null;
  about.hidden = true;
  find("attach").disabled = false;
  text.focus();
}

export function isAbout(handle) {
  return target?.handle === handle;
}

function putAway() {
  file.value = "";
  attached.hidden = true;
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
    if (words.trim() && send({ type: "edit", handle: target.handle, text: words })) let_go();
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
  let_go();
}

export function prepare(send) {
  find("cancel").addEventListener("click", let_go);
  find("delete").addEventListener("click", () => {
    if (send({ type: "delete", handle: target.handle })) let_go();
  });
  find("attach").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    attached.hidden = !file.files.length;
    find("attached-name").textContent = file.files[0]?.name ?? "";
    text.focus();
  });
  find("detach").addEventListener("click", () => {
    putAway();
    text.focus();
  });
  find("composer").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && target) let_go();
  });
}
