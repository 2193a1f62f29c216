/** The voice of a call. It follows the call and never drives it. */

const longestMs = (text) => 2000 + text.length * 110;

/** Resolves when the words are spoken or could not be; some browsers never tell. */
function say({ text, attributes }) {
  if (!window.speechSynthesis) return undefined;
  return new Promise((resolve) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = attributes.language ?? "";
    utterance.onend = utterance.onerror = resolve;
    setTimeout(resolve, longestMs(text));
    speechSynthesis.speak(utterance);
  });
}

export class Voice {
  muted = false;
  #heard = new Map(); // sid -> entries of the timeline that were taken in
  #turn = Promise.resolve();
  #stops = 0;
  #audio = new Audio();

  /** What these calls have said so far is not spoken again. */
  skip(calls) {
    for (const { sid, timeline } of calls) this.#heard.set(sid, timeline.length);
  }

  /** Speak what is new in this call. A key that is pressed cuts the voice off. */
  hear(call) {
    const fresh = call.timeline.slice(this.#heard.get(call.sid) ?? 0);
    this.skip([call]);
    for (const entry of fresh) {
      if (entry.name === "keys") this.stop();
      if (entry.name === "Say") this.#next(() => say(entry));
      if (entry.attributes.url) this.#next(() => this.#play(entry.attributes.url));
    }
  }

  mute(muted) {
    this.muted = muted;
    if (muted) this.stop();
  }

  stop() {
    this.#stops += 1;
    this.#turn = Promise.resolve();
    this.#audio.pause();
    window.speechSynthesis?.cancel();
  }

  #next(job) {
    const stops = this.#stops;
    this.#turn = this.#turn.then(() => (this.muted || stops !== this.#stops ? undefined : job()));
  }

  #play(url) {
    return new Promise((resolve) => {
      this.#audio.onended = this.#audio.onerror = this.#audio.onpause = resolve;
      this.#audio.src = url;
      this.#audio.play().catch(resolve);
    });
  }
}
