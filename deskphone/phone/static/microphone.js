/** The person's own voice in a call. */
import { closeSocket, soundSocket } from "./line-sound.js";

/** Start to send the microphone's sound; resolve to a function that stops it. */
async function open(sid) {
  if (!navigator.mediaDevices) throw new Error("open the page at 127.0.0.1");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const audio = new AudioContext();
  const socket = soundSocket(sid);
  const stop = () => {
    stream.getTracks().forEach((track) => track.stop());
    closeSocket(socket);
    audio.close();
  };
  try {
    await audio.audioWorklet.addModule("/microphone-worklet.js");
  } catch (error) {
    stop();
    throw error;
  }
  const sampler = new AudioWorkletNode(audio, "sampler", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  sampler.port.onmessage = ({ data }) => socket.readyState === WebSocket.OPEN && socket.send(data);
  const filter = new BiquadFilterNode(audio, { frequency: 3400 }); // Hz, the highest that a phone line carries
  audio.createMediaStreamSource(stream).connect(filter).connect(sampler);
  return stop;
}

/** Send the microphone's sound into a call until the returned function is called; `onProblem` gets an error's message. */
export function talk(sid, onProblem) {
  const opened = open(sid);
  opened.catch(({ message }) => onProblem(`The microphone isn't available: ${message}.`));
  return () => opened.then((stop) => stop(), () => {});
}
