/** Tell the emulator. The promise fails with a message to show. */
export async function send(method, path, body) {
  const response = await fetch(`/emulator/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error("The emulator does not answer. Is it still running?");
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.detail || answer.title || `The emulator answered ${response.status}.`);
}

/** A field or button shows why it was refused. */
export const refuse = (field) => (error) => {
  field.setCustomValidity(error.message);
  field.reportValidity();
};

/** What the person does with a phone. */
export const post = (path, body) => send("POST", path, body);
