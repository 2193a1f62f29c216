/** Ready answers for a number: [title, address]. The second handset is the owner of the line. */

const address = (name, parameters) => `${name}?${new URLSearchParams(parameters)}`;

export function voiceExamples([first, owner = first]) {
  const voicemail = address("TwimlVoicemail", { Notify: owner, Message: "Nobody is here. Please leave a message after the beep." });
  const forward = address("TwimlForward", { PhoneNumber: owner, FailUrl: voicemail });
  return [
    ["Hello", "TwimlHello"],
    ["A message", address("TwimlMessage", { Message: "We are closed today." })],
    ["A menu", address("TwimlMenu", {
      Message: "Press 1 to talk to us, or 2 to leave a message.", "Options[1]": forward, "Options[2]": voicemail,
    })],
    ["Forward, or else voicemail", forward],
    ["Voicemail", voicemail],
    ["A queue", address("TwimlQueue", { Name: "support", Message: "Please hold.", Notify: owner })],
    ["An agent of the queue", address("TwimlAgent", { Name: "support" })],
    ["A conference", address("TwimlConference", { Name: "meeting" })],
  ];
}

export const textExamples = ([first, owner = first]) => [
  ["Reply", "TwimlReply"],
  ["Reply by keyword", address("TwimlReply", { "Keywords[hours]": "We are open from 9 to 5.", Message: "Text HOURS." })],
  ["Forward", address("TwimlReply", { Forward: owner })],
];
