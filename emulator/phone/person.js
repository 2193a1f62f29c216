/** What the person does. Each promise fails with a message to show. */

async function post(path, body) {
  const response = await fetch(`/emulator/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The emulator does not answer. Is it still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail || answer.title || `The emulator answered ${response.status}.`);
}

export const sendText = (from, to, body) => post("texts", { from, to, body });
export const placeCall = (from, to) => post("calls", { from, to });

/** `deed` is answer, decline, hangup or keys (with {digits}). */
export const act = (sid, deed, body = {}) => post(`calls/${sid}/${deed}`, body);
