// Load this before Twilio's Voice SDK (@twilio/voice-sdk), and the unmodified SDK uses the emulator
// that served this file: its signaling, the files of its ringtones, and nothing instead of its
// statistics for Voice Insights. A script that a test runs in the page has no URL; then the server's
// address is the one below, which the server fills in.
(() => {
  "use strict";
  if (window.Twilio?.Device) console.error("Load voice-shim.js before Twilio's Voice SDK.");
  const here = new URL(document.currentScript?.src || "http://127.0.0.1:7072").origin;
  const signaling = /^wss:\/\/([^/]+\.twilio\.com)\/signal$/;
  const sounds = /^https:\/\/sdk\.twilio\.com\/js\/client\/sounds\/releases\//;
  const insights = /^https:\/\/eventgw\.([^/]+\.)?twilio\.com\//;

  const RealSocket = window.WebSocket;
  window.WebSocket = class WebSocket extends RealSocket {
    constructor(url, ...more) {
      const asked = signaling.exec(String(url));
      const local = asked && `${here.replace(/^http/, "ws")}/signal?host=${asked[1]}`;
      super(local || url, ...more);
    }
  };

  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    return open.call(this, method, String(url).replace(sounds, `${here}/sounds/`), ...more);
  };

  window.Audio = new Proxy(window.Audio, {
    construct: (RealAudio, [url, ...more]) =>
      url === undefined
        ? new RealAudio()
        : new RealAudio(String(url).replace(sounds, `${here}/sounds/`), ...more),
  });

  const realFetch = window.fetch;
  window.fetch = (request, ...more) => {
    const url = request instanceof Request ? request.url : String(request);
    if (insights.test(url)) return Promise.resolve(new Response("{}"));
    return realFetch.call(window, request, ...more);
  };
})();
