// The telephone in the page: it registers while the desk says "browser", rings, answers, and starts again when lost.
(() => {
  const SECOND = 1000, LOOK_EVERY = 3 * SECOND, RING_SECOND = 1, RING_EVERY = 5 * SECOND, TONE = 450;
  const MICROPHONE = new Set([31401, 31402, 31208]); // the SDK's numbers for a microphone that is refused or missing
  const section = document.getElementById("phone");
  if (!section) return;
  const find = (selector) => section.querySelector(selector);
  const button = (name) => find(`button[name="${name}"]`);
  let device = null, call = null, sdk = null, starting = false, ringing = null, sound = null, deaf = false;

  // What the page said last: it may be without its live part for a moment, and a call must not end with that.
  let chosen = "";
  const wanted = () => (chosen = document.querySelector("[data-device]")?.dataset.device ?? chosen) === "browser";

  function show(state) {
    const before = section.dataset.state;
    section.dataset.state = state;
    section.hidden = !wanted() && !call;
    for (const name of ["answer", "decline"]) button(name).hidden = state !== "ringing";
    for (const name of ["mute", "hang-up"]) button(name).hidden = state !== "talking";
    find(".talking").hidden = state !== "talking";
    const word = section.dataset[`word${state[0].toUpperCase()}${state.slice(1)}`];
    if (find(".state").textContent !== word) find(".state").textContent = word;
    state === "ringing" ? ring() : hush();
    if (before === state) return;
    const typing = document.activeElement?.closest("input, textarea, select"); // a key meant for a form must not answer
    if (state === "ringing" && !typing) button("answer").focus({ preventScroll: true });
    // The group and not its "1": whoever presses Enter once more has not heard yet what they would accept.
    if (state === "talking" && !typing) find(".keypad").focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("phone:state", { detail: { state, call: call?.parameters?.CallSid ?? null } }));
  }

  // 450 Hz, one second in five: the mainland's ringing. A browser that was never touched stays silent; the words are there.
  function ring() {
    if (ringing) return;
    const once = () => {
      try {
        sound ??= new AudioContext();
        const tone = sound.createOscillator(), level = sound.createGain();
        tone.frequency.value = TONE;
        level.gain.value = 0.1;
        tone.connect(level).connect(sound.destination);
        tone.start();
        tone.stop(sound.currentTime + RING_SECOND);
      } catch { /* no sound here */ }
    };
    once();
    ringing = setInterval(once, RING_EVERY);
  }

  function hush() {
    clearInterval(ringing);
    ringing = null;
  }

  function load() {
    sdk ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = section.dataset.sdk;
      script.onload = done;
      script.onerror = () => { sdk = null; failed(new Error("the SDK did not come")); };
      document.head.append(script);
    });
    return sdk;
  }

  // Asked by the page itself, so the log-in does not go on for it; whoever is logged out gets none.
  async function token() {
    const headers = { "X-CSRFToken": section.dataset.token, "HX-Request": "true" };
    const answer = await fetch(section.dataset.tokenUrl, { method: "POST", headers });
    if (!answer.ok) throw new Error(`no token: ${answer.status}`);
    return (await answer.json()).token;
  }

  async function start() {
    if (starting) return;
    starting = true;
    if (!device) show("connecting");
    try {
      await load();
      const fresh = await token();
      stop();
      device = new Twilio.Device(fresh, { logLevel: "silent", closeProtection: false, allowIncomingWhileBusy: false });
      follow(device);
      await device.register();
    } catch {
      if (!call) show("failed");
    } finally {
      starting = false;
    }
  }

  function follow(one) {
    const mine = (hear) => (...told) => { if (one === device) hear(...told); };
    one.audio?.incoming?.(false); // the page rings by itself
    one.on("registered", mine(() => { if (!call) idle(); }));
    one.on("unregistered", mine(() => { if (!call) show("lost"); }));
    one.on("error", mine((error) => { deaf ||= MICROPHONE.has(error.code); if (!call) show(deaf ? "microphone" : "lost"); }));
    one.on("incoming", mine(incoming));
    one.on("tokenWillExpire", mine(async () => { try { one.updateToken(await token()); } catch { /* looked after below */ } }));
  }

  // Whoever could not be heard in one call will not be in the next, until something about the microphone changes.
  function idle() {
    if (deaf) show("microphone");
    else show("ready");
  }

  function hearable() { deaf = false; look(); }
  navigator.mediaDevices?.addEventListener("devicechange", hearable);
  navigator.permissions?.query({ name: "microphone" }).then((leave) => { leave.onchange = hearable; }, () => { /* not told here */ });

  function stop() {
    if (device) { const old = device; device = null; old.destroy(); }
  }

  function incoming(one) {
    if (call) { one.reject(); return; }
    call = one;
    const over = () => { if (call === one) { call = null; quiet(); look(); } };
    one.on("accept", () => { deaf = false; mute(false); show("talking"); });
    for (const end of ["cancel", "disconnect", "reject"]) one.on(end, over);
    one.on("error", (error) => { if (MICROPHONE.has(error.code)) { deaf = true; show("microphone"); } });
    one.on("caption", hear);
    find(".speech").hidden = !one.speak;
    show("ringing");
  }

  function quiet() {
    find(".heard").replaceChildren();
    find(".heard").hidden = true;
  }

  // Against the simulated carrier nothing sounds: what would be heard is written.
  function hear(caption) {
    const item = document.createElement("li");
    item.textContent = caption.text;
    if (caption.speaker) item.dataset.speaker = caption.speaker;
    find(".heard").hidden = false;
    find(".heard").append(item);
    find(".heard").scrollTop = find(".heard").scrollHeight;
  }

  function mute(on) {
    const both = button("mute");
    both.setAttribute("aria-pressed", String(on));
    both.querySelector("span").textContent = on ? section.dataset.wordUnmute : section.dataset.wordMute;
  }

  function look() {
    if (call) return;
    if (!wanted()) { stop(); show("off"); return; }
    if (!section.dataset.sdk) { show("unset"); return; }
    if (device?.state === "registered") idle();
    else if (device?.state !== "registering") start();
  }

  button("answer").onclick = () => call?.accept();
  button("decline").onclick = () => call?.reject();
  // Whoever leads a conversation ends it on the desk: a line that merely goes dead counts as dropped, and the customer
  // would be put back into the line. Whoever has handed it over leaves: the colleague goes on with the customer.
  button("hang-up").onclick = () => {
    const way = (name) => document.querySelector(`#desk form[action$='/${name}']`);
    const end = way("leave") ?? way("end");
    if (end) end.requestSubmit();
    else call?.disconnect();
  };
  button("mute").onclick = () => { const on = !call?.isMuted(); call?.mute(on); mute(on); };
  find(".keypad").onclick = (event) => { const key = event.target.closest("button")?.value; if (key) call?.sendDigits(key); };
  find(".speech").onsubmit = (event) => {
    event.preventDefault();
    const words = event.target.elements.words;
    if (words.value.trim()) call?.speak?.(words.value.trim());
    words.value = "";
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!typing && plain && /^[0-9*#]$/.test(event.key) && section.dataset.state === "talking") call?.sendDigits(event.key);
  });
  // Whatever leads away from here, another language too, ends the call: the browser asks first, in old ones by the value.
  window.addEventListener("beforeunload", (event) => {
    if (!call) return;
    event.preventDefault();
    event.returnValue = true;
  });
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("DOMContentLoaded", () => { look(); setInterval(look, LOOK_EVERY); });
})();
