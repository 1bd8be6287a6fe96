// Joins the two telephones, the faults and the exchange's news: without it the page would stand still.
import { Phone } from "./phone.js";
import * as voice from "./voice.js";
import { change, english, faultName, translate, word } from "./words.js";

const byId = (id) => document.getElementById(id);
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
};

const phones = [new Phone(byId("customer"), "customer", page), new Phone(byId("second"), "second", page)];
touched = phones[0];

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
  for (const phone of phones) phone.translate();
}

function follow() {
  const news = new EventSource("/practice/events");
  news.onopen = () => { byId("connection").hidden = true; begin(); };
  news.onerror = () => { byId("connection").hidden = false; };
  news.onmessage = (event) => {
    const { phone: view } = JSON.parse(event.data);
    const shown = phones.find((one) => one.view?.key === view.key);
    if (shown) shown.draw(view, true);
    else bringUp(view);
    const second = phones[1].section.dataset.state;
    byId("ringing").hidden = second !== "incoming";
  };
}

// Somebody who is not on the page is being rung: the second phone becomes theirs if it is idle.
async function bringUp(view) {
  const known = [...phones[1].find(".owner").options].some((one) => one.value === view.key);
  if (!known || !view.incoming || view.state !== "ringing" || phones[1].view.state !== "idle") return;
  phones[1].find(".owner").value = view.key;
  await page.choose(phones[1], view.key);
}

// Fetched at every connection, so that what was said while the connection was away is shown too.
async function begin() {
  const told = await call("/practice");
  const sides = [told.phones.filter((one) => one.role === "customer"), told.phones.filter((one) => one.role !== "customer")];
  phones.forEach((phone, side) => {
    const people = sides[side].length ? sides[side] : told.phones;
    const chosen = people.find((one) => one.key === phone.view?.key) ?? people.find((one) => one.state !== "idle") ?? people[0];
    phone.choices(people, told.numbers);
    if (!chosen) return;
    phone.find(".owner").value = chosen.key;
    if (phone.view?.key === chosen.key) phone.draw(chosen, false);
    else phone.show(chosen);
  });
  drawFaults(told.faults);
}

byId("language").onclick = async () => { change(); drawLanguage(); drawFaults((await call("/practice")).faults); };
byId("aloud").onchange = () => voice.hush();
byId("faults").ontoggle = async () => drawFaults((await call("/practice")).faults);
drawLanguage();
follow();
