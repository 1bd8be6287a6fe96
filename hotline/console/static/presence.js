// Says that somebody is there, from whatever page is open; without it a closed laptop would go on being rung.
(() => {
  const { url, every, token, worker } = document.getElementById("beat").dataset;
  const heart = new Worker(worker);
  // The log-in has ended: to the door, or to the page of the new one. Not in a call, which would end with it.
  const calling = () => ["ringing", "talking"].includes(document.getElementById("phone")?.dataset.state);
  heart.onmessage = () => { if (!calling()) location.reload(); };
  heart.postMessage({ url, token, every: Number(every) });
  document.addEventListener("phone:state", ({ detail }) => heart.postMessage({ phone: detail.state }));
})();
