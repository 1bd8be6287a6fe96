// One telephone on the page: without it there would be nothing to hold.
import * as voice from "./voice.js";
import { habits, nameOf, note, translate, word } from "./words.js";

const KEYS = [["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""]];
const OVER = new Set(["idle"]);

export class Phone {
  // `page` gives: send(key, action, given) -> view, touched(phone), aloud(), choose(phone, key), put(phone)
  constructor(section, page, spare) {
    this.section = section;
    this.page = page;
    this.view = null;
    this.heard = 0;
    section.append(document.getElementById("phone-template").content.cloneNode(true));
    this.find = (selector) => section.querySelector(selector);
    this.find("h2").id = `${section.id}-title`;
    this.find(".put-away").hidden = !spare;
    this.drawKeypad();
    this.listen();
    const clock = setInterval(() => section.isConnected ? this.drawElapsed() : clearInterval(clock), 1000);
  }

  drawKeypad() {
    for (const [key, letters] of KEYS) {
      const button = document.createElement("button");
      button.type = "button";
      button.value = key;
      button.innerHTML = `<b>${key}</b><small>${letters}</small>`;
      button.onclick = () => this.press(key);
      this.find(".keypad").append(button);
    }
  }

  listen() {
    this.find(".put-away").onclick = () => this.page.put(this);
    this.find(".owner").onchange = (event) => this.page.choose(this, event.target.value);
    this.find(".dial").onsubmit = (event) => this.submit(event, () => this.act("dial", { to: this.find(".to").value }));
    this.find(".speech").onsubmit = (event) => this.submit(event, () => this.say(this.find(".speech input")));
    this.find(".hang-up").onclick = () => this.act("hang-up");
    this.find(".answer").onclick = () => this.act("answer");
    this.find(".voicemail").onclick = () => this.act("answer", { machine: true });
    this.find(".decline").onclick = () => this.act("decline");
    this.find(".habit").onchange = (event) => this.act("habit", { habit: event.target.value });
    this.find(".refused").onchange = (event) => this.act("refuse", { on: event.target.checked });
    this.section.onkeydown = (event) => this.typed(event);
    const microphone = this.find(".microphone");
    microphone.hidden = !voice.canListen;
    microphone.onclick = () => this.dictate(microphone);
  }

  submit(event, action) {
    event.preventDefault();
    action();
  }

  typed(event) {
    const elsewhere = ["INPUT", "SELECT"].includes(event.target.tagName);
    if (!elsewhere && !event.ctrlKey && !event.metaKey && /^[0-9*#]$/.test(event.key)) this.press(event.key);
  }

  dictate(button) {
    button.classList.add("on");
    voice.listen((text) => { this.find(".speech input").value = text; this.say(this.find(".speech input")); },
      () => button.classList.remove("on"));
  }

  press(key) {
    if (!this.view || OVER.has(this.view.state)) return;
    voice.hush();
    this.own(key, "key");
    this.act("press", { keys: key });
  }

  say(input) {
    const text = input.value.trim();
    if (!text || OVER.has(this.view.state)) return;
    voice.hush();
    input.value = "";
    this.own(text, "mine");
    this.act("speak", { text });
  }

  async act(action, given = {}) {
    this.page.touched(this);
    this.find(".trouble").textContent = "";
    try {
      this.draw(await this.page.send(this.view.key, action, given), false);
    } catch (error) {
      this.find(".trouble").textContent = error.message;
    }
  }

  // Show another person's phone: everything it has heard so far, without reading it aloud.
  show(view) {
    this.heard = 0;
    this.find(".captions").replaceChildren();
    this.draw(view, false);
    this.find(".owner").value = view.key;
  }

  draw(view, aloud) {
    const before = this.view?.state;
    this.view = view;
    for (const caption of view.captions) if (caption.n >= this.heard) this.hear(caption, aloud);
    if (before !== "idle" && view.state === "idle") voice.hush();
    this.drawState();
    this.drawTexts();
    if (view.captions.length) this.scroll();
  }

  hear(caption, aloud) {
    this.heard = caption.n + 1;
    const item = this.own(note(caption.text), caption.kind);
    item.dataset.text = caption.text;
    if (caption.speaker) item.dataset.speaker = caption.speaker;
    if (caption.language) item.lang = caption.language.startsWith("en") ? "en" : "zh-CN";
    this.scroll();
    if (aloud && this.page.aloud(this) && ["speech", "person"].includes(caption.kind) && !voice.speak(caption)) {
      this.find(".hint").hidden = false;
    }
  }

  own(text, kind) {
    const item = document.createElement("li");
    item.className = kind;
    item.textContent = text;
    this.find(".captions").append(item);
    this.scroll();
    return item;
  }

  scroll() {
    const list = this.find(".captions");
    list.scrollTop = list.scrollHeight;
  }

  drawState() {
    const { state, incoming, other, role } = this.view;
    const ringing = state !== "idle" && state !== "in-progress";
    const shown = ringing ? (incoming ? "incoming" : "calling") : state;
    this.section.dataset.state = shown;
    this.find("h2").textContent = word(`role-${role}`, word("colleague"));
    this.find(".state").textContent = word(shown) + (other ? ` · ${other}` : "");
    this.find(".incoming").hidden = shown !== "incoming";
    this.find(".from").textContent = other;
    this.find(".dial").hidden = state !== "idle" || role !== "customer";
    this.find(".hang-up").hidden = state === "idle" || shown === "incoming";
    for (const one of this.section.querySelectorAll(".keypad button, .speech input, .speech button")) one.disabled = state !== "in-progress";
    this.find(".habit").value = this.view.habit;
    this.find(".refused").checked = this.view.refused;
    this.drawElapsed();
  }

  drawElapsed() {
    const since = this.view?.since;
    const seconds = since ? Math.max(0, Math.floor((Date.now() - new Date(since)) / 1000)) : 0;
    this.find(".elapsed").textContent = since ? `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}` : "";
  }

  drawTexts() {
    this.find(".texts output").textContent = this.view.texts.length;
    const items = this.view.texts.toReversed().map((text) => {
      const item = document.createElement("li");
      const time = document.createElement("time");
      time.textContent = new Date(text.at).toLocaleTimeString();
      item.append(time, ...linked(text.body));
      return item;
    });
    this.find(".texts ul").replaceChildren(...items);
  }

  choices(people, numbers) {
    const group = (label, them) => {
      const options = document.createElement("optgroup");
      options.label = label;
      options.append(...them.map((one) => new Option(`${nameOf(one)} · ${one.number}`, one.key)));
      return options;
    };
    const callers = people.filter((one) => one.role === "customer"), colleagues = people.filter((one) => one.role !== "customer");
    this.find(".owner").replaceChildren(group(word("callers"), callers), group(word("colleagues"), colleagues));
    if (this.view) this.find(".owner").value = this.view.key;
    this.find(".to").replaceChildren(...numbers.map((one) => new Option(`${one.label || one.number} · ${one.number}`, one.number)));
    this.translate();
  }

  translate() {
    translate(this.section);
    this.find(".habit").replaceChildren(...habits().map(([value, label]) => new Option(label, value)));
    this.find(".captions").dataset.nothing = word("nothing");
    for (const item of this.find(".captions").children) if (item.dataset.text) item.textContent = note(item.dataset.text);
    if (this.view) this.drawState();
  }
}

// A text's words, with its web addresses as links.
function linked(body) {
  return body.split(/(https?:\/\/[^\s，。]+)/).map((part) => {
    if (!part.startsWith("http")) return part;
    const link = document.createElement("a");
    link.href = part;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = part;
    return link;
  });
}
