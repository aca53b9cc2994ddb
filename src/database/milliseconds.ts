/** SQL for a time as milliseconds since 1970: whole, because clients count no smaller ones. */
export function millisecondsSql(time: string): string {
  return `floor(extract(epoch FROM ${time}) * 1000)::float8`;
}
