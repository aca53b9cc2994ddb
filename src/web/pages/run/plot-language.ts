/**
 * uPlot asks for the browser's language when it is loaded, and fails where that is none, as `en-US@posix`: what Chromium has when
 * it is started without LANG. Has to be imported before it.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en' });
}
