// Reads captions aloud and listens to the microphone where the browser can: without it one could only read and type.
const synthesis = window.speechSynthesis;
const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
const RATES = { "x-slow": 0.6, slow: 0.8, fast: 1.2, "x-fast": 1.4 };
const MOST_WAITING = 2; // the call does not wait for the browser: what is older than this is dropped

export const canListen = Boolean(Recognition);
let waiting = 0;

function tongue(language) {
  if (language.startsWith("yue")) return "zh-HK";
  if (language === "cmn-TW") return "zh-TW";
  return language.startsWith("cmn") || language.startsWith("zh") ? "zh-CN" : language || "zh-CN";
}

export function speak(caption) {
  if (!synthesis) return false;
  const wanted = tongue(caption.language);
  const voices = synthesis.getVoices().filter((one) => one.lang.replace("_", "-").startsWith(wanted.slice(0, 2)));
  const voice = voices.find((one) => one.lang.replace("_", "-") === wanted) ?? voices[0];
  if (!voice) return false;
  if (waiting >= MOST_WAITING) hush();
  const sentence = new SpeechSynthesisUtterance(caption.text);
  sentence.voice = voice;
  sentence.lang = voice.lang;
  sentence.rate = RATES[caption.rate] ?? 1;
  waiting += 1;
  sentence.onend = sentence.onerror = () => { waiting = Math.max(0, waiting - 1); };
  synthesis.speak(sentence);
  return true;
}

export function hush() {
  waiting = 0;
  synthesis?.cancel();
}

export function listen(heard, ended) {
  const ear = new Recognition();
  ear.lang = "zh-CN";
  ear.onresult = (event) => heard(event.results[0][0].transcript);
  ear.onend = ended;
  ear.start();
}
