/** The sound of a call, as the emulator plays it to the person. */

const RATE = 8000; // samples per second, as on the phone; each signed, 16 bits
const LEAD_S = 0.1; // how long the first sound waits, so that the next one may come late
const MOST_S = 0.3; // how much may wait; a page that was held up skips the rest

/** Connect with a call's sound: it sends what the person hears, and takes what the person says. */
export function soundSocket(sid) {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/emulator/calls/${sid}/sound`);
  socket.binaryType = "arraybuffer";
  return socket;
}

/** Close a socket once it is open: closing it before that is an error in the browser's console. */
export function closeSocket(socket) {
  if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
  else socket.close();
}

/** Play a call until it ends, or until the returned function is called. */
function play(sid) {
  const audio = new AudioContext({ sampleRate: RATE });
  const socket = soundSocket(sid);
  let end = 0; // of the sound so far, in samples
  socket.onmessage = ({ data }) => {
    const samples = Float32Array.from(new Int16Array(data), (sample) => sample / 32768);
    const now = audio.currentTime * RATE;
    if (end < now) end = Math.ceil(now + LEAD_S * RATE);
    if (end > now + MOST_S * RATE) return;
    const buffer = audio.createBuffer(1, samples.length, RATE);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(audio, { buffer });
    source.connect(audio.destination);
    source.start(end / RATE);
    end += samples.length;
  };
  return () => {
    closeSocket(socket);
    setTimeout(() => audio.close(), (end / RATE - audio.currentTime) * 1000); // after the last word
  };
}

/** Play a call from now on, or from the first click or key press: until then, browsers allow no sound. */
export function playCall(sid) {
  let stop;
  const start = () => {
    if (navigator.userActivation?.hasBeenActive) stop ??= play(sid);
  };
  const events = ["click", "keydown"];
  events.forEach((name) => addEventListener(name, start));
  start();
  return () => {
    events.forEach((name) => removeEventListener(name, start));
    stop?.();
  };
}
