/** Runs beside the page: turns the microphone's sound into messages of 20 ms in the emulator's format. */
const STEP = sampleRate / 8000; // samples of the microphone for one of the emulator's

class Sampler extends AudioWorkletProcessor {
  #frame = new Int16Array(160);
  #length = 0;
  #sum = 0;
  #count = 0;
  #rest = STEP;

  process([[samples = []]]) {
    for (const sample of samples) {
      this.#sum += sample;
      this.#count += 1;
      this.#rest -= 1;
      if (this.#rest <= 0) this.#add(this.#sum / this.#count);
    }
    return true;
  }

  #add(sample) {
    this.#frame[this.#length++] = Math.max(-1, Math.min(1, sample)) * 32767;
    this.#sum = this.#count = 0;
    this.#rest += STEP;
    if (this.#length < this.#frame.length) return;
    this.port.postMessage(this.#frame);
    this.#length = 0;
  }
}

registerProcessor("sampler", Sampler);
