// A browser phone of the shape of the carrier's own SDK: without it an agent's page could not be rung on a machine
// without an account. Nothing is heard: what a telephone would let one hear arrives as "caption" events.
(() => {
  const here = new URL(document.currentScript.src).origin;
  const REFRESH_BEFORE = 10; // seconds before its end that a token is asked to be renewed, as the carrier's SDK does

  async function send(path, given) {
    const answer = await fetch(`${here}/device/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given), keepalive: true,
    });
    if (answer.status === 204) return null;
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.error), { code: told.code ?? answer.status });
    return told;
  }

  class Emitter {
    constructor() { this.hearers = {}; }
    on(name, hear) { (this.hearers[name] ??= []).push(hear); return this; }
    emit(name, ...told) { for (const hear of this.hearers[name] ?? []) hear(...told); }
  }

  class Call extends Emitter {
    constructor(device, news) {
      super();
      this.device = device;
      this.parameters = { CallSid: news.call, From: news.from, To: news.to };
      this.state = "pending";
      this.silent = false;
    }
    status() { return this.state; }
    act(action, more = {}) {
      return send(`${this.device.key}/${action}`, { call: this.parameters.CallSid, ...more }).catch((error) => this.emit("error", error));
    }
    accept() { if (this.state === "pending") { this.state = "connecting"; this.act("accept"); } }
    reject() { if (this.state === "pending") { this.end("reject"); this.act("reject"); } }
    ignore() { this.end("cancel"); }
    disconnect() { this.act("disconnect"); }
    sendDigits(digits) { this.act("digits", { digits }); }
    speak(text) { this.act("speak", { text }); }
    mute(on = true) { this.silent = on; this.act("mute", { on }); this.emit("mute", on, this); }
    isMuted() { return this.silent; }
    follow(state) {
      if (state === "in-progress" && this.state !== "open") { this.state = "open"; this.emit("accept", this); }
      if (state === "elsewhere") this.end("cancel");
    }
    end(how) {
      if (this.state === "closed") return;
      const was = this.state;
      this.state = "closed";
      this.device.ended(this);
      if (how) this.emit(how);
      else if (was === "pending") this.emit("cancel");
      else this.emit("disconnect", this);
    }
  }

  class Device extends Emitter {
    constructor(token, options = {}) {
      super();
      this.token = token;
      this.options = options;
      this.state = "unregistered";
      this.call = null;
      this.leave = () => this.destroy();
      window.addEventListener("pagehide", this.leave);
    }
    get isBusy() { return this.call !== null && this.call.status() !== "pending"; }
    async register() {
      this.state = "registering";
      this.emit("registering");
      try {
        this.taken(await send("register", { token: this.token }));
      } catch (error) {
        this.state = "unregistered";
        this.emit("error", error);
        throw error;
      }
      this.stream = new EventSource(`${here}/device/${this.key}/events`);
      this.stream.onmessage = (event) => this.hear(JSON.parse(event.data));
      this.stream.onopen = () => { this.state = "registered"; this.emit("registered"); };
      this.stream.onerror = () => this.lost();
    }
    taken(told) {
      this.key = told.key;
      this.identity = told.identity;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.emit("tokenWillExpire", this), Math.max(0, told.seconds - REFRESH_BEFORE) * 1000);
    }
    lost() {
      if (this.state !== "registered") return;
      this.state = "unregistered";
      this.emit("unregistered");
    }
    hear(news) {
      if (news.what === "state" && this.call?.parameters.CallSid !== news.call && news.state === "ringing") {
        this.call = new Call(this, news);
        this.emit("incoming", this.call);
      } else if (news.what === "state" && this.call?.parameters.CallSid === news.call) this.call.follow(news.state);
      else if (news.what === "caption" && this.call?.parameters.CallSid === news.call) this.call.emit("caption", news);
      else if (news.what === "idle") this.call?.end();
      else if (news.what === "expired") this.fail(20104, "AccessTokenExpired");
    }
    fail(code, message) {
      this.stream.close();
      this.lost();
      this.emit("error", Object.assign(new Error(message), { code }));
    }
    ended(call) { if (this.call === call) this.call = null; }
    updateToken(token) {
      this.token = token;
      if (this.key) send(`${this.key}/renew`, { token }).then((told) => this.taken(told), (error) => this.emit("error", error));
    }
    disconnectAll() { this.call?.disconnect(); }
    async unregister() { this.close(); this.lost(); }
    destroy() {
      window.removeEventListener("pagehide", this.leave);
      this.close();
      this.state = "destroyed";
      this.emit("destroyed");
    }
    close() {
      clearTimeout(this.timer);
      this.stream?.close();
      if (this.key) send(`${this.key}/unregister`, {}).catch(() => {});
      this.key = null;
    }
  }

  globalThis.Twilio = { ...globalThis.Twilio, Device, Call };
})();
