// What a reader has opened or folded stays so while its content is brought up to date.
htmx.registerExtension("keep-open", {
  htmx_before_morph_attr: (element, { attrName }) => attrName !== "open" || !element.matches("#desk details, .fold"),
});
