// Turns what the bot says into DOM nodes; nothing it says is ever read as HTML.

const ADDRESS = /https?:\/\/[^\s<>"\u2066-\u2069]+/g;
const PHONE = /^\+?\d[\d\s().\/-]{0,24}\d$/;
const INVISIBLE = /[\u200e\u200f\u2066-\u2069]/g;

function link(label, href) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = label;
  anchor.rel = "noopener noreferrer";
  if (!href.startsWith("tel:")) anchor.target = "_blank";
  return anchor;
}

function readAddresses(line) {
  const nodes = [];
  let end = 0;
  for (const match of line.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]'”»]+$/, "");
    if (!URL.canParse(address)) continue;
    nodes.push(line.slice(end, match.index), link(address, address));
    end = match.index + address.length;
  }
  return [...nodes, line.slice(end)];
}

function readLine(line) {
  const number = line.replace(INVISIBLE, "").trim();
  if (PHONE.test(number)) return [link(number, `tel:${number.replace(/[^\d+]/g, "")}`)];
  return readAddresses(line);
}

export function read(text) {
  return text.split("\n").flatMap((line, index) => (index ? ["\n", ...readLine(line)] : readLine(line)));
}

export function list(labels) {
  return labels.map((label, index) => `${index + 1}  ${label}`).join("\n");
}
