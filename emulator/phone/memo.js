/** Components that render only when their properties have changed. */
import { Component, html } from "./ui.js";

/** Equal, or lists of equal items. */
const equal = (a, b) =>
  a === b || (Array.isArray(a) && a.length === b?.length && a.every((item, index) => item === b[index]));

export const memo = (View) =>
  class extends Component {
    shouldComponentUpdate(next) {
      return Object.keys(next).some((name) => !equal(this.props[name], next[name]));
    }

    render(properties) {
      return html`<${View} ...${properties} />`;
    }
  };
