/** Key tones and ringtones. */

const ROWS = [697, 770, 852, 941]; // Hz
const COLUMNS = [1209, 1336, 1477]; // Hz
const KEYS = "123456789*0#";
const CHIME = [659, 831, 988, 0, 659, 831, 988]; // Hz; a rising figure, played twice

export class Tones {
  #context = null;

  /** Play frequencies (Hz) together; browsers allow no sound before the first click or key press. */
  #sound(frequencies, lengthMs, volume, delayMs = 0) {
    if (!navigator.userActivation?.hasBeenActive) return;
    const audio = (this.#context ??= new AudioContext());
    audio.resume();
    const start = audio.currentTime + delayMs / 1000;
    const end = start + lengthMs / 1000;
    const gain = new GainNode(audio, { gain: volume });
    gain.gain.setTargetAtTime(0, end - 0.05, 0.01); // without the fade, the end clicks
    gain.connect(audio.destination);
    for (const frequency of frequencies) {
      const oscillator = new OscillatorNode(audio, { frequency });
      oscillator.connect(gain);
      oscillator.start(start);
      oscillator.stop(end);
    }
  }

  /** The two tones of a key. */
  key(key) {
    const place = KEYS.indexOf(key);
    this.#sound([ROWS[Math.floor(place / 3)], COLUMNS[place % 3]], 120, 0.1);
  }

  /** Ring here ("incoming") or at the far end ("outgoing") until the returned function is called. */
  ring(kind) {
    const once = () => {
      if (kind === "outgoing") return this.#sound([440, 480], 2000, 0.04);
      CHIME.forEach((note, index) => note && this.#sound([note, note * 2], 260, 0.06, index * 150));
    };
    once();
    const timer = setInterval(once, kind === "outgoing" ? 6000 : 2400);
    return () => clearInterval(timer);
  }
}
