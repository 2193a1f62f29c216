/** Send a request to the emulator. On failure, the promise rejects with a message to show. */
export async function send(method, path, body) {
  const response = await fetch(`/emulator/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The emulator isn't responding. Is it still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail || answer.title || `The emulator returned HTTP status ${response.status}.`);
}

/** Show on a field or button why the request was refused. */
export const refuse = (field) => (error) => {
  field.setCustomValidity(error.message);
  field.reportValidity();
};

/** Send something that the person does with a phone. */
export const post = (path, body) => send("POST", path, body);
