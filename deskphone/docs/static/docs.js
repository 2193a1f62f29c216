const isApp = location.pathname === "/docs/app";
const scheme = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", scheme.matches);
scheme.addEventListener("change", follow);
follow();
window.SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: isApp ? "/docs/app/openapi" : "/emulator/v1/openapi.json",
  // The app is at another origin, which the page's policy closes.
  supportedSubmitMethods: isApp ? [] : undefined,
  validatorUrl: null,
});
