/** The one place that names the vendored library: html, render, Component and the hooks. */
export * from "./vendor/htm-preact-standalone.module.js";
