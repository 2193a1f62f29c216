/** Pretty-print a response. */
import { html } from "./ui.js";

const LONGEST = 40_000; // characters; a longer response is cut and not formatted

const isText = (node) => node instanceof Text; // CDATA is one too

const opening = ({ nodeName, attributes }, end) => [
  html`<i>${"<"}</i><b>${nodeName}</b>`,
  [...attributes].map(({ name, value }) => html`<var> ${name}</var><i>="</i><q>${value}</q><i>"</i>`),
  html`<i>${end}</i>`,
];

const closing = ({ nodeName }) => html`<i>${"</"}</i><b>${nodeName}</b><i>${">"}</i>`;

/** The whole node on one line. */
function inline(node) {
  if (node instanceof Comment) return html`<i>${`<!--${node.data}-->`}</i>`;
  if (!(node instanceof Element)) return node.data;
  if (!node.firstChild) return opening(node, "/>");
  return [opening(node, ">"), [...node.childNodes].map(inline), closing(node)];
}

/** The node as lines; an element that contains text stays on one line. */
function lines(node, indent) {
  const children = [...node.childNodes].filter((child) => !isText(child) || child.data.trim());
  if (!children.length || children.some(isText)) {
    return [indent, inline(node), "\n"];
  }
  return [
    [indent, opening(node, ">"), "\n"],
    children.map((child) => lines(child, `${indent}  `)),
    [indent, closing(node), "\n"],
  ];
}

function printed(source) {
  const plain = source.slice(0, LONGEST);
  if (plain !== source || !/^\s*</.test(source)) return plain;
  const tree = new DOMParser().parseFromString(source, "text/xml");
  if (tree.querySelector("parsererror")) return plain;
  const declaration = source.match(/^<\?xml.*?\?>/)?.[0];
  return [declaration && html`<i>${`${declaration}\n`}</i>`, [...tree.childNodes].map((node) => lines(node, ""))];
}

export const Markup = ({ source }) =>
  html`<pre class="markup" data-testid="markup" tabindex="0">${printed(source)}</pre>`;
