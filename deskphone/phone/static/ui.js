/** The only import of the vendored library (html, render, hooks), plus memo. */
import { Component, html } from "./vendor/htm-preact-standalone.module.js";

export * from "./vendor/htm-preact-standalone.module.js";

/** Equal, or lists of equal items. */
const equal = (a, b) =>
  a === b || (Array.isArray(a) && a.length === b?.length && a.every((item, index) => item === b[index]));

/** Render only when the properties change. */
export const memo = (View) =>
  class extends Component {
    shouldComponentUpdate(next) {
      return Object.keys(next).some((name) => !equal(this.props[name], next[name]));
    }

    render(properties) {
      return html`<${View} ...${properties} />`;
    }
  };
