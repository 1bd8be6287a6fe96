// Draws the shares of a table as lines; the table beside it holds the numbers, and stays where no script runs.
(() => {
  const COLOURS = ["--brand", "--open", "--excused", "--late", "--broken", "--kept", "--quiet"];
  const DASHES = [[], [8, 4], [2, 4], [12, 4, 2, 4]];
  const HEIGHT = 260;
  const FONT = "12px system-ui, sans-serif";
  const space = document.documentElement.lang.startsWith("zh") ? "" : " "; // as the table writes a share
  const LABEL = 60; // pixels that a month's name takes

  const series = (table) => [...table.tBodies[0].rows].map((row) => ({
    name: row.cells[0].textContent,
    shares: [...row.cells].slice(1).reverse().map((cell) => ("share" in cell.dataset ? Number(cell.dataset.share) : null)),
  }));

  const options = (lines, months, width, lowest) => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const every = Math.ceil(months.length * LABEL / width); // named from the last month back
    const named = (place) => ((months.length - 1 - place) % every ? "" : months[place]?.slice(2) ?? "");
    const axis = { stroke: colour("--quiet"), font: FONT, grid: { stroke: colour("--line-soft") }, ticks: { stroke: colour("--line") } };
    return {
      width, height: HEIGHT,
      legend: { live: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [-0.3, months.length - 0.7] }, y: { range: [lowest, 101] } },
      axes: [
        { ...axis, splits: months.map((_, place) => place), values: (_, places) => places.map(named) },
        { ...axis, size: 56, values: (_, shares) => shares.map((share) => `${share}${space}%`) },
      ],
      series: [{}, ...lines.map(({ name }, place) => ({
        label: name,
        stroke: colour(COLOURS[place % COLOURS.length]),
        width: place ? 1.5 : 2.5,
        dash: DASHES[Math.floor(place / COLOURS.length + place) % DASHES.length],
        points: { show: true, size: place ? 6 : 8 },
        spanGaps: true,
      }))],
    };
  };

  const draw = (place) => {
    const table = document.getElementById(place.dataset.numbers);
    const lines = series(table);
    const months = [...table.tHead.rows[0].cells].slice(1).reverse().map((cell) => cell.textContent);
    const told = lines.flatMap(({ shares }) => shares).filter((share) => share !== null);
    if (!told.length) return;
    const lowest = Math.max(0, Math.floor((Math.min(...told) - 5) / 10) * 10);
    place.replaceChildren();
    new uPlot(options(lines, months, place.clientWidth, lowest), [months.map((_, at) => at), ...lines.map(({ shares }) => shares)], place);
  };

  const all = () => document.querySelectorAll("[data-numbers]").forEach(draw);
  document.addEventListener("DOMContentLoaded", all);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    all();
  });
})();
