/** As far as this into a body its list has begun, or it is not looked for. */
const HEAD_BYTES = 512;

/** Stands for the list in what is left of the body. */
const READ = 'read already';

/** Reads a list that fills most of a body from its bytes, for whoever does that faster than `JSON.parse` makes objects of it. */
export class ListReader {
  /** A body up to its list, before which there are texts only. */
  readonly #head: RegExp;

  /**
   * @param name the field of the body that holds the list; of the letters a to z
   * @param read gets the index of the list's bracket; gives what becomes the field, and the index behind the list, or
   * undefined where it is nothing for it
   */
  constructor(
    private readonly name: string,
    private readonly read: (bytes: Buffer, at: number) => { list: unknown; end: number } | undefined,
  ) {
    this.#head = new RegExp(String.raw`^\s*\{(?:\s*"[^"\\]*"\s*:\s*"[^"\\]*"\s*,)*\s*"${name}"\s*:\s*(?=\[)`);
  }

  /**
   * The body with its list.
   * @param bytes in UTF-8
   * @param parse for what is left of the body
   * @returns undefined where the body has to be parsed as a whole
   * @throws Error where what is left is no JSON
   */
  body(bytes: Buffer, parse: (json: string) => unknown): unknown {
    const head = this.#head.exec(bytes.toString('latin1', 0, HEAD_BYTES))?.[0];
    if (head === undefined) return undefined;
    const found = this.read(bytes, head.length);
    if (!found) return undefined;
    const json = `${bytes.toString('utf8', 0, head.length)}"${READ}"${bytes.toString('utf8', found.end)}`;
    const body = parse(json) as Record<string, unknown>;
    // Of a name that is given again, the last field counts.
    return body[this.name] === READ ? { ...body, [this.name]: found.list } : undefined;
  }
}
