// What the desk does by itself: it lets the seconds run and keeps open what a reader has opened.
(() => {
  const SECOND = 1000, MINUTE = 60, HOUR = 3600;
  const two = (number) => String(number).padStart(2, "0");
  const told = (seconds) => {
    const [hours, rest] = [Math.floor(seconds / HOUR), seconds % HOUR];
    const tail = two(rest % MINUTE);
    return hours ? `${hours}:${two(Math.floor(rest / MINUTE))}:${tail}` : `${Math.floor(rest / MINUTE)}:${tail}`;
  };
  let page = null; // the live part, which is exchanged whenever there is news
  let ahead = 0; // how far this machine's clock is ahead of the server's, in milliseconds
  let title = "";

  const look = () => {
    page = document.getElementById("desk");
    if (!page) return;
    if (page.dataset.title !== title) document.title = title = page.dataset.title;
    ahead = Date.now() - Number(page.dataset.now);
    tick();
  };

  const tick = () => {
    const now = Date.now() - ahead;
    for (const clock of page.querySelectorAll("[data-since], [data-until]")) {
      const left = clock.dataset.until ? Number(clock.dataset.until) - now : now - Number(clock.dataset.since);
      clock.textContent = told(Math.floor(Math.abs(left) / SECOND));
      if (clock.dataset.until) clock.classList.toggle("overdue", left < 0);
    }
  };

  // What a reader has opened stays open while its content is brought up to date.
  document.addEventListener("htmx:before:morph:attr", (event) => {
    if (event.detail.attrName === "open" && event.target.matches("#desk details")) event.preventDefault();
  });
  // A pressed button that is gone must not leave a keyboard at the top of the page.
  document.addEventListener("htmx:after:swap", () => {
    look();
    if (document.activeElement === document.body && page) document.getElementById("now")?.focus({ preventScroll: true });
  });

  document.addEventListener("DOMContentLoaded", () => {
    look();
    setInterval(() => page && tick(), SECOND);
  });
})();
