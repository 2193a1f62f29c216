/** The voice of a call. It follows the call and never drives it. */
import { sameSite } from "./formats.js";

const CUTS = ["keys", "speech", "redirected", "connected", "conference started", "left the queue"]; // events that end a voice or music
const RATE = 1.2; // near the pace the emulator counts with: the end must not cut the last word off
const longestMs = (text) => 2000 + text.length * 110;

/** Resolves when the words are spoken or could not be; some browsers never tell. */
function say({ text, attributes }) {
  if (!window.speechSynthesis) return undefined;
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = attributes.language ?? "";
    utterance.rate = RATE;
    utterance.onend = utterance.onerror = resolve;
    setTimeout(resolve, longestMs(text));
    speechSynthesis.speak(utterance);
  });
}

export class Voice {
  muted = false;
  #heard = new Map(); // sid -> entries of the timeline that were taken in
  #speaker; // sid of the call that speaks
  #turn = Promise.resolve();
  #stops = 0;
  #audio = new Audio();

  /** Be silent, and know only these calls (by sid): what they said so far is not spoken again. */
  begin(calls) {
    this.stop();
    this.#heard = new Map([...calls].map(([sid, { entries }]) => [sid, entries]));
  }

  /** Speak what is new in this call. An event of CUTS and the end cut the voice off. */
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

  /** Another call of the same handset may be the one that speaks. */
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
