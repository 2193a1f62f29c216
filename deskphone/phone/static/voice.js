/** The voice of a call. It follows the call and never controls it. */
import { sameSite } from "./formats.js";

const CUTS = ["keys", "speech", "redirected", "connected", "conference started", "left the queue"]; // events that stop speech and music
const RATE = 1.2; // close to the pace that the emulator assumes, so that the end doesn't cut off the last word
const longestMs = (text) => 2000 + text.length * 110;

/** Resolve when the text has been spoken or can't be; some browsers never report it. */
function say({ text, attributes }) {
  if (!window.speechSynthesis) return undefined;
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = attributes.language ?? "en-US" /* Twilio's default */;
    utterance.rate = RATE;
    utterance.onend = utterance.onerror = resolve;
    setTimeout(resolve, longestMs(text));
    speechSynthesis.speak(utterance);
  });
}

export class Voice {
  muted = false;
  #heard = new Map(); // sid -> number of timeline entries already handled
  #speaker; // sid of the call that is speaking
  #turn = Promise.resolve();
  #stops = 0;
  #audio = new Audio();

  /** Stop, and start over with these calls (by sid); what they have said so far isn't spoken again. */
  begin(calls) {
    this.stop();
    this.#heard = new Map([...calls].map(([sid, { entries }]) => [sid, entries]));
  }

  /** Speak what is new in this call. Events in CUTS and the end of the call cut the voice off. */
  hear(call) {
    const fresh = call.entries - (this.#heard.get(call.sid) ?? 0);
    this.#heard.set(call.sid, call.entries);
    for (const entry of fresh ? call.timeline.slice(-fresh) : []) {
      if (CUTS.includes(entry.name)) this.cut(call.sid);
      if (entry.name === "Say") this.#next(call, () => say(entry));
      if (entry.name === "Play" && entry.attributes.url) this.#next(call, () => this.#play(entry.attributes.url));
    }
    if (call.status !== "in-progress") this.cut(call.sid);
  }

  mute(muted) {
    this.muted = muted;
    if (muted) this.stop();
  }

  stop() {
    this.#stops += 1;
    this.#speaker = undefined;
    this.#turn = Promise.resolve();
    this.#audio.pause();
    window.speechSynthesis?.cancel();
  }

  /** Stop, unless another call is the one speaking. */
  cut(sid) {
    if (sid === this.#speaker) this.stop();
  }

  #next({ sid }, job) {
    const stops = this.#stops;
    this.#speaker = sid;
    this.#turn = this.#turn.then(() => (this.muted || stops !== this.#stops ? undefined : job()));
  }

  #play(url) {
    return new Promise((resolve) => {
      this.#audio.onended = this.#audio.onerror = this.#audio.onpause = resolve;
      this.#audio.src = sameSite(url);
      this.#audio.play().catch(resolve);
    });
  }
}
