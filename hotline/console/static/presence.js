// Says that somebody is there, from whatever page is open; without it a closed laptop would go on being rung.
(() => {
  const { url, every, token, worker } = document.getElementById("beat").dataset;
  const heart = new Worker(worker);
  heart.onmessage = () => location.reload(); // the log-in has ended: to the door
  heart.postMessage({ url, token, every: Number(every) });
})();
