// Every word of the page in both languages: without it the page would speak only one.
const WORDS = {
  title: ["练习电话", "Practice phones"],
  lead: ["在这里拨打热线，听一听，按一按。没有真实的电话被拨出。留言时点“说”，静几秒录音就自己结束，不用再按井号键。", "Ring the hotline here: listen, press, speak. No real telephone is rung. A message that you leave by “Say” ends by itself after a short silence, without a hash key."],
  aloud: ["朗读", "Read aloud"],
  offline: ["与练习交换机的连接断了，正在重连……", "The practice exchange is out of reach; trying again…"],
  elsewhere: ["另一部电话响了", "Another phone is ringing"],
  another: ["再来一部电话", "Another telephone"],
  putAway: ["收起这部电话", "Put this telephone away"],
  faults: ["线路故障", "Faults on the line"],
  faultsLead: ["打开一个开关，看看热线怎样应付。关上之前，每次都会发生。", "Switch one on and see how the hotline copes. It happens every time until switched off."],
  "role-customer": ["来电人", "Caller"],
  "role-agent": ["座席", "Agent"],
  "role-engineer": ["工程师", "Engineer"],
  "role-supervisor": ["主管", "Supervisor"],
  "role-manager": ["经理", "Manager"],
  "role-general_manager": ["总经理", "General manager"],
  "role-guard": ["保安", "Security"],
  colleague: ["同事", "Colleague"],
  callers: ["来电人", "Callers"],
  colleagues: ["同事", "Colleagues"],
  whose: ["谁的电话", "Whose phone"],
  captions: ["听到的话", "What is heard"],
  answer: ["接听", "Answer"],
  decline: ["拒接", "Decline"],
  voicemail: ["转语音信箱", "To voicemail"],
  letRing: ["不理它，就让它响。", "Or leave it, and it goes on ringing."],
  dialTo: ["拨打", "Dial"],
  call: ["拨出", "Call"],
  keypad: ["键盘", "Keypad"],
  speak: ["说话", "Speak"],
  speakHere: ["打字，当作说话", "Type what you say"],
  say: ["说", "Say"],
  microphone: ["用话筒说", "Speak into the microphone"],
  hangUp: ["挂断", "Hang up"],
  habits: ["没人理会时", "If left alone"],
  habit: ["没人理会时，它", "If left alone it"],
  refuse: ["线路商拒绝此号", "Carrier refuses this number"],
  texts: ["短信", "Texts"],
  nothing: ["还没有声音。", "Nothing heard yet."],
  noVoice: ["浏览器没有这种语言的声音，只显示文字。", "This browser has no voice for that language; captions only."],
  idle: ["空闲", "Idle"],
  calling: ["正在呼叫", "Calling"],
  incoming: ["来电", "Ringing"],
  "in-progress": ["通话中", "On a call"],
  happened: ["次", "times"],
};

const HABITS = {
  rings: ["一直响", "just rings"],
  answers: ["自动接听", "answers"],
  declines: ["响几声后拒接", "is declined"],
  busy: ["占线", "is busy"],
  "no-answer": ["无人接听", "is never answered"],
  voicemail: ["转语音信箱", "goes to voicemail"],
  fails: ["打不通", "cannot be reached"],
};

const FAULTS = {
  repeat: ["通知重复两次", "Webhooks come twice"],
  reorder: ["通知次序颠倒", "Callbacks change places"],
  delay: ["通知迟到五秒", "Webhooks come 5 s late"],
  drop: ["连不上热线", "The hotline cannot be connected"],
  "time-out": ["不等热线回答", "Answers are not waited for"],
  fail: ["热线回答 503", "Webhooks are answered 503"],
  "hang-up": ["问到一半就挂断", "The caller hangs up mid-step"],
  "rest-429": ["请求太多 429", "Requests refused: 429"],
  "rest-500": ["线路商出错 500", "Carrier error 500, not done"],
  "rest-500-done": ["出错 500，其实已办", "Carrier error 500, yet done"],
  "rest-time-out": ["请求没有回音", "Requests left hanging, not done"],
  "rest-time-out-done": ["没有回音，其实已办", "Requests left hanging, yet done"],
};

const NOTES = [
  [/^\(call ended: (.+), by (.+)\)$/, (how, by) => `通话结束（${ENDS[how] ?? how}，${BY[by] ?? by}）`, (how, by) => `Call ended (${how}, by ${by})`],
  [/^\(connected to (.+)\)$/, (who) => `已接通：${who}`, (who) => `Connected to ${who}`],
  [/^\((.): nobody was listening for a key\)$/, (key) => `按了 ${key}，此刻没有在等按键`, (key) => `${key} pressed, but nobody was waiting for a key`],
  [/^♪ hold music$/, () => "♪ 等待音乐", () => "♪ hold music"],
  [/^♪ conference music$/, () => "♪ 等待音乐", () => "♪ waiting music"],
  [/^♪ ringing$/, () => "♪ 回铃音", () => "♪ ringing"],
  [/^♪ beep$/, () => "♪ 嘟", () => "♪ beep"],
];
const ENDS = { completed: "正常", busy: "占线", failed: "打不通", "no-answer": "无人接听", canceled: "已取消" };
const BY = { caller: "来电人挂断", callee: "对方挂断", carrier: "线路挂断", REST: "热线挂断", "ring timeout": "铃响太久", "time limit": "时间到" };

// What was chosen here before, else the first of the browser's languages that the page speaks, else Chinese.
const wanted = [localStorage.getItem("language"), ...navigator.languages].find((one) => /^(zh|en)/.test(one ?? ""));
let column = wanted?.startsWith("en") ? 1 : 0;

export const english = () => column === 1;
export const word = (name, otherwise = name) => WORDS[name]?.[column] ?? otherwise;
export const nameOf = (phone) => (column ? phone.label_en : phone.label) || phone.name || phone.number;
export const habits = () => Object.entries(HABITS).map(([value, both]) => [value, both[column]]);
export const faultName = (name) => FAULTS[name]?.[column] ?? name;

export function note(text) {
  for (const [pattern, chinese, english] of NOTES) {
    const found = text.match(pattern);
    if (found) return (column ? english : chinese)(...found.slice(1));
  }
  return text;
}

export function change() {
  column = 1 - column;
  localStorage.setItem("language", column ? "en" : "zh");
}

export function translate(root) {
  document.documentElement.lang = column ? "en" : "zh-CN";
  for (const one of root.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
  for (const one of root.querySelectorAll("[data-label]")) one.setAttribute("aria-label", word(one.dataset.label));
  for (const one of root.querySelectorAll("[data-placeholder]")) one.placeholder = word(one.dataset.placeholder);
}
