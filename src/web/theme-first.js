// Runs before the first paint, so that a chosen theme does not flash; theme.ts is the rest of it.
try {
  const theme = localStorage.getItem('cellar-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // No storage, no choice: the system's theme stands.
}
