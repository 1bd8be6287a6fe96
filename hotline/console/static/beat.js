// Says every few seconds that the desk is open. In a worker, because a browser slows the clock of a hidden page down to
// one stroke a minute, and a desk that is not heard for so long is taken for a closed laptop.
onmessage = ({ data: { url, token, every } }) => {
  const headers = { "X-CSRFToken": token, "HX-Request": "true" };
  const beat = async () => {
    try {
      const answer = await fetch(url, { method: "POST", headers });
      if (answer.status === 401 || answer.status === 403) postMessage("out");
    } catch {
      // No network: the next stroke tries again, and the server notices by itself that nothing came.
    }
  };
  beat();
  setInterval(beat, every * 1000);
};
