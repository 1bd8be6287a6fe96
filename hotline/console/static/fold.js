// What a reader has opened or folded stays so while its content is brought up to date.
// So does the reason why a form was refused: it stands until they act, though the page that is fetched tells nothing of it.
const REFUSED = "p.problem[role=alert]:not([data-now]), div[role=alert]:not([id])";
const keepRefused = (shown, fetched) => {
  for (const told of shown.querySelectorAll(REFUSED)) {
    const home = told.parentElement.closest("[id]");
    const there = fetched.querySelector(`#${CSS.escape(home.id)}`) ?? fetched.firstElementChild;
    if (!there || [...there.querySelectorAll(REFUSED)].some((one) => one.isEqualNode(told))) continue;
    const header = there.querySelector(":scope > header");
    if (header) header.after(told.cloneNode(true));
    else there.prepend(told.cloneNode(true));
  }
};
// In a bar that is too narrow the page that is open is seen among the links.
document.querySelector(".top nav [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });
htmx.registerExtension("keep-open", {
  htmx_before_morph_attr: (element, { attrName }) => attrName !== "open" || !element.matches("#desk details, .fold"),
  htmx_before_swap: (element, { tasks }) => {
    const main = element.matches("[data-live]") && tasks.find(({ type }) => type === "main");
    const shown = main && (typeof main.target === "string" ? document.querySelector(main.target) : main.target);
    if (shown) keepRefused(shown, main.fragment);
  },
});
