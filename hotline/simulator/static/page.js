// Joins the telephones, the faults and the exchange's news: without it the page would stand still.
import { Phone } from "./phone.js";
import * as voice from "./voice.js";
import { change, english, faultName, translate, word } from "./words.js";

const AT_FIRST = ["customer", "second", "third"]; // a caller, whoever else is rung, and an agent
const byId = (id) => document.getElementById(id);
const phones = [];
let known = { phones: [], numbers: [] };
let touched = null;

async function call(path, given) {
  const options = given === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) };
  const answer = await fetch(path, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

const page = {
  send: (key, action, given) => call(`/practice/phones/${key}/${action}`, given),
  touched(phone) {
    if (touched !== phone) voice.hush();
    touched = phone;
  },
  aloud: (phone) => byId("aloud").checked && touched === phone,
  async choose(phone, key) {
    phone.show(await call(`/practice/phones/${key}`));
  },
  put(phone) {
    phones.splice(phones.indexOf(phone), 1);
    phone.section.remove();
    drawRinging();
  },
};

// One telephone more on the page, after the others; the first three cannot be put away.
function add() {
  const section = document.createElement("section");
  section.className = "phone";
  section.id = AT_FIRST[phones.length] ?? `phone-${Date.now()}`;
  section.setAttribute("aria-labelledby", `${section.id}-title`);
  byId("phones").append(section);
  const phone = new Phone(section, page, phones.length >= AT_FIRST.length);
  phones.push(phone);
  touched ??= phone;
  return phone;
}

function drawFaults(faults) {
  const items = Object.entries(faults).map(([name, { on, happened }]) => {
    const item = document.createElement("li");
    item.innerHTML = `<label class="switch"><input type="checkbox"><span></span><b></b></label><output></output>`;
    item.querySelector("b").textContent = faultName(name);
    item.querySelector("output").textContent = happened ? `${happened} ${word("happened")}` : "";
    const box = item.querySelector("input");
    box.checked = on;
    box.id = `fault-${name}`;
    box.onchange = async () => { drawFaults(await call(`/practice/faults/${name}`, { on: box.checked })); byId(box.id).focus(); };
    return item;
  });
  byId("fault-list").replaceChildren(...items);
  byId("fault-count").textContent = Object.values(faults).filter((one) => one.on).length || "";
}

function drawLanguage() {
  translate(document.body);
  document.title = word("title");
  byId("language").textContent = english() ? "中文" : "English";
  byId("language").lang = english() ? "zh-CN" : "en";
  for (const phone of phones) phone.choices(known.phones, known.numbers);
}

// Where somebody is rung whom the window does not show: a page of several telephones is longer than it.
function drawRinging() {
  const rung = phones.find((one) => one.section.dataset.state === "incoming" && !inSight(one.find(".answer")));
  byId("ringing").hidden = !rung;
  if (rung) byId("ringing").href = `#${rung.section.id}`;
}

function inSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}

function follow() {
  const news = new EventSource("/practice/events");
  news.onopen = () => { byId("connection").hidden = true; begin(); };
  news.onerror = () => { byId("connection").hidden = false; };
  news.onmessage = (event) => {
    const { phone: view } = JSON.parse(event.data);
    const shown = phones.filter((one) => one.view?.key === view.key);
    for (const phone of shown) phone.draw(view, true);
    if (!shown.length) bringUp(view);
    drawRinging();
  };
}

// Somebody who is not on the page is being rung: an idle colleague's telephone becomes theirs, or one is added.
async function bringUp(view) {
  if (!view.incoming || view.state !== "ringing" || !known.phones.some((one) => one.key === view.key)) return;
  const idle = phones.slice(1).find((one) => one.view?.state === "idle" && one.view.role === view.role);
  const phone = idle ?? phones.slice(1).find((one) => one.view?.state === "idle") ?? add();
  phone.view = { ...view, captions: [] };
  phone.choices(known.phones, known.numbers);
  await page.choose(phone, view.key);
  drawRinging();
}

// Who is on the page at first: somebody who calls, an engineer and an agent; after a lost connection, whoever was there.
function chosen(phone, place) {
  const free = known.phones.filter((one) => !phones.some((other) => other !== phone && other.view?.key === one.key));
  const wanted = [(one) => one.role === "customer", (one) => one.role === "engineer", (one) => one.role === "agent"][place];
  return known.phones.find((one) => one.key === phone.view?.key) ?? free.find((one) => wanted?.(one) && one.state !== "idle")
    ?? free.find((one) => wanted?.(one)) ?? free.find((one) => one.role !== "customer") ?? free[0];
}

// Fetched at every connection, so that what was said while the connection was away is shown too.
async function begin() {
  known = await call("/practice");
  phones.forEach((phone, place) => {
    const view = chosen(phone, place);
    if (!view) return;
    if (phone.view?.key === view.key) phone.draw(view, false);
    else phone.show(view);
    phone.choices(known.phones, known.numbers);
  });
  drawRinging();
  drawFaults(known.faults);
}

byId("another").onclick = () => {
  const phone = add();
  const view = chosen(phone, 2);
  if (view) page.choose(phone, view.key).then(() => { phone.choices(known.phones, known.numbers); phone.find(".owner").focus(); });
};
byId("language").onclick = async () => { change(); drawLanguage(); drawFaults((await call("/practice")).faults); };
window.addEventListener("scroll", drawRinging, { passive: true });
byId("aloud").onchange = () => voice.hush();
byId("faults").ontoggle = async () => drawFaults((await call("/practice")).faults);
AT_FIRST.forEach(add);
drawLanguage();
follow();
