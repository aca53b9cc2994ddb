/** The command that sends a request as this page does; the body, if any, as JSON. */
export function curlOf(request: { method: string; url: string; body?: unknown }): string {
  const url = new URL(request.url, location.origin).href;
  if (request.body === undefined) {
    return request.method === 'GET' ? `curl ${quoted(url)}` : `curl -X ${request.method} ${quoted(url)}`;
  }
  // curl sends a body by POST unless it is told otherwise.
  return [
    request.method === 'POST' ? `curl ${quoted(url)}` : `curl -X ${request.method} ${quoted(url)}`,
    '-H content-type:application/json',
    `-d ${quoted(JSON.stringify(request.body))}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell, which reads nothing inside single quotes but their end; bare where nothing needs it. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
