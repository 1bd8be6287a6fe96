// What the desk does by itself: it lets the seconds run and closes what was sent.
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

  let sent = null; // the opened part whose form was sent
  document.addEventListener("submit", ({ target }) => {
    sent = target.closest("#desk details");
    document.getElementById("said").replaceChildren();
  });
  const done = () => {
    const problem = page.querySelector(":scope > .problem");
    // What was wrong stays until the next try; the live part is exchanged by the next news.
    if (problem) document.getElementById("said").replaceChildren(problem);
    else if (sent) [sent.open, sent] = [false, null];
  };

  // An answer without the live part, or none, exchanges nothing. What came of a form stays told until the next try,
  // that news could not be had until there are some.
  const failed = ({ detail: { ctx } }) => {
    if (!ctx?.select || ctx.hx?.redirect || (ctx.response?.status === 409 && ctx.hx.reswap !== "none")) return;
    const said = document.getElementById("said"), asked = ctx.request.method === "GET";
    if (!asked) sent = null;
    if (!asked || !said.textContent) said.textContent = asked ? said.dataset.stale : said.dataset.failed;
  };
  document.addEventListener("htmx:response:error", failed);
  document.addEventListener("htmx:error", failed);

  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.swap === "none") return;
    const said = document.getElementById("said");
    if (said.textContent === said.dataset.stale) said.replaceChildren();
    look();
    if (!page) return;
    if (ctx.request?.method !== "GET") done(); // news that come while a form is on its way are not its answer
    // A pressed button that is gone must not leave a keyboard at the top of the page.
    if (document.activeElement === document.body) document.getElementById("now")?.focus({ preventScroll: true });
  });

  document.addEventListener("DOMContentLoaded", () => {
    look();
    setInterval(() => page && tick(), SECOND);
  });
})();
