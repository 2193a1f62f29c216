/** Decorative line icons: the label is on the button. A round button shows only its icon. */
import { html } from "./ui.js";

const PATHS = {
  phone:
    "M5 4h3.5l1.6 4.4-2.2 1.6a12 12 0 0 0 6.1 6.1l1.6-2.2L20 15.5V19a1.5 1.5 0 0 1-1.6 1.5C10.6 20 4 13.4 3.5 5.6A1.5 1.5 0 0 1 5 4z",
  hangup:
    "M3 14.5c0-5.5 18-5.5 18 0v1.8a1 1 0 0 1-1.3 1l-3.2-1a1 1 0 0 1-.7-.9v-2.1a14 14 0 0 0-7.6 0v2.1a1 1 0 0 1-.7.9l-3.2 1a1 1 0 0 1-1.3-1z",
  message: "M4 5.5h16v11H9.5L5 20v-3.5H4z",
  keypad: "M6 6h.01M12 6h.01M18 6h.01M6 12h.01M12 12h.01M18 12h.01M6 18h.01M12 18h.01M18 18h.01",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  send: "M12 19V5M6 11l6-6 6 6",
  sound: "M4 9.5v5h3.5l5 4v-13l-5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  silent: "M4 9.5v5h3.5l5 4v-13l-5 4zM16 9.5l5 5M21 9.5l-5 5",
  microphone: "M12 14.5a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21M9 21h6",
  erase: "M9 6h11v12H9l-5.5-6zM12.5 10l4 4M16.5 10l-4 4",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M15.5 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  shield: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2.2 2.2L15.2 10",
  chevron: "M9 6l6 6-6 6",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  warning: "M12 4l9 16H3zM12 10v4.5M12 17.5h.01",
};

export const Icon = ({ name }) =>
  html`<svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;

export const Round = ({ test, label, icon, kind = "", ...rest }) =>
  html`<button class="round ${kind}" data-testid=${test} aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} /></button>`;
