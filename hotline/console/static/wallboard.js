// What the wallboard does by itself: the clocks run, and figures that are no longer fresh say so.
(() => {
  const SECOND = 1000, MINUTE = 60, HOUR = 3600;
  const two = (number) => String(number).padStart(2, "0");
  const told = (seconds) => {
    const [hours, rest] = [Math.floor(seconds / HOUR), seconds % HOUR];
    const tail = two(rest % MINUTE);
    return hours ? `${hours}:${two(Math.floor(rest / MINUTE))}:${tail}` : `${Math.floor(rest / MINUTE)}:${tail}`;
  };
  let ahead = 0; // how far this machine's clock is ahead of the server's, in milliseconds
  let fetched = performance.now(); // when the figures came; no clock that somebody sets
  let now = 0;

  const board = () => document.getElementById("board");
  const look = () => {
    if (board().dataset.now === String(now)) return;
    now = Number(board().dataset.now);
    ahead = Date.now() - now;
    fetched = performance.now();
    tick();
  };

  const tick = () => {
    const at = Date.now() - ahead;
    const wall = document.getElementById("wall-clock");
    wall.textContent = new Date(at).toLocaleTimeString("en-GB", { timeZone: wall.dataset.zone });
    for (const clock of board().querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor((at - Number(clock.dataset.since)) / SECOND));
      clock.textContent = told(seconds);
      clock.closest(".figure").classList.toggle("long", seconds >= HOUR);
      const limit = clock.closest("[data-alarm-after]");
      if (limit && seconds >= Number(limit.dataset.alarmAfter)) clock.closest(".tile").classList.add("alarm");
    }
    const age = Math.floor((performance.now() - fetched) / SECOND);
    const stale = age > Number(board().dataset.fresh);
    document.body.classList.toggle("stale", stale);
    document.getElementById("stale").hidden = !stale;
    if (stale) document.getElementById("stale-since").textContent = told(age);
  };

  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("DOMContentLoaded", () => {
    look();
    setInterval(tick, SECOND);
    navigator.wakeLock?.request("screen").catch(() => {}); // a screen that may sleep is asked not to
  });
})();
