import { invalidClause, quotation, SearchError } from './search-error.js';

/** A piece of the text. `text` is as it was written, `position` in UTF-16 code units. */
interface Piece {
  readonly text: string;
  readonly position: number;
}

/** `entity.key`, `key`, or a key word such as AND: those are told apart by where they stand. */
export interface Word extends Piece {
  readonly kind: 'word';
  /** What stands before the first dot. */
  readonly entity?: string;
  readonly key: string;
  /** Some of it was quoted, so it is no key word. */
  readonly quoted: boolean;
}
export interface Literal extends Piece {
  readonly kind: 'string';
  /** Between the quotes, as it was written: quotes that stand twice stay two. */
  readonly value: string;
}
export interface NumberToken extends Piece {
  readonly kind: 'number';
  readonly value: number;
}
export interface Sign extends Piece {
  readonly kind: 'operator' | 'punctuation' | 'unknown';
}
export interface End extends Piece {
  readonly kind: 'end';
}
export type Token = Word | Literal | NumberToken | Sign | End;

// Each is one run of a class of characters or has bounded choices at its ends, so none of them can backtrack far.
const BLANKS = /\s+/y;
const NAME = /[\p{L}\p{M}\p{N}_.]+/uy;
const WIDE_NAME = /[\p{L}\p{M}\p{N}_./-]+/uy;
const OPERATOR = /[<>=!~]+/y;
const NUMBER = /-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/y;

/** Cuts a text into tokens in one pass, each found when it is asked for. The last one is of kind `end`. */
export class Lexer {
  #at = 0;

  /** @param hasWideKeys a key behind a prefix may hold `/` and `-` without quotes */
  constructor(
    readonly text: string,
    private readonly hasWideKeys = false,
  ) {
    refuseUnstorable(text);
  }

  /** @throws SearchError where a quote is never closed */
  next(): Token {
    this.#at += this.#match(BLANKS).length;
    const position = this.#at;
    const first = this.text.charAt(position);
    if (first === '') return { kind: 'end', text: '', position };
    if (first === "'" || first === '"') {
      const value = this.#quoted(first);
      return { kind: 'string', text: this.text.slice(position, this.#at), position, value };
    }
    if (first === '`') return this.#word(position, this.#quoted('`'));
    return this.#number(position) ?? this.#name(position) ?? this.#symbol(position);
  }

  #number(position: number): NumberToken | undefined {
    const text = this.#match(NUMBER);
    if (text === '') return undefined;
    // 0x1f, 12ab and 1.2.3 are no numbers.
    if (this.#match(NAME, position + text.length) !== '') return undefined;
    this.#at += text.length;
    return { kind: 'number', text, position, value: Number(text) };
  }

  #name(position: number): Word | undefined {
    let name = this.#match(NAME);
    if (name === '') return undefined;
    this.#at += name.length;
    const dot = name.indexOf('.');
    if (dot >= 0 && this.hasWideKeys) {
      const rest = this.#match(WIDE_NAME);
      this.#at += rest.length;
      name += rest;
    }
    if (dot < 0) return { kind: 'word', text: name, position, key: name, quoted: false };
    const entity = name.slice(0, dot);
    if (dot < name.length - 1)
      return { kind: 'word', text: name, position, entity, key: name.slice(dot + 1), quoted: false };
    return this.#keyAfter(position, entity);
  }

  /** A word that begins with a back-quoted piece: the key, or the entity if a dot follows. */
  #word(position: number, head: string): Word {
    if (this.text.charAt(this.#at) !== '.')
      return { kind: 'word', text: this.text.slice(position, this.#at), position, key: head, quoted: true };
    this.#at += 1;
    return this.#keyAfter(position, head);
  }

  #keyAfter(position: number, entity: string): Word {
    const quote = this.text.charAt(this.#at);
    const quoted = quote === '`' || quote === '"' || quote === "'";
    const key = quoted ? this.#quoted(quote) : this.#match(NAME);
    if (!quoted) this.#at += key.length;
    return { kind: 'word', text: this.text.slice(position, this.#at), position, entity, key, quoted: true };
  }

  #symbol(position: number): Sign {
    const operator = this.#match(OPERATOR);
    const text = operator || String.fromCodePoint(this.text.codePointAt(position) ?? 0);
    this.#at += text.length;
    if (operator) return { kind: 'operator', text, position };
    return { kind: '(),;'.includes(text) ? 'punctuation' : 'unknown', text, position };
  }

  /** Reads from one quote to the next; a quote that stands twice does not end it. */
  #quoted(quote: string): string {
    const start = this.#at;
    let end = this.text.indexOf(quote, start + 1);
    while (end >= 0 && quote !== '`' && this.text.charAt(end + 1) === quote) end = this.text.indexOf(quote, end + 2);
    if (end < 0) {
      const rest = this.text.slice(start);
      throw new SearchError(invalidClause(rest), start, rest, `a closing ${quote}`);
    }
    this.#at = end + 1;
    return this.text.slice(start + 1, end);
  }

  #match(pattern: RegExp, at = this.#at): string {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0] ?? '';
  }
}

/** The database stores no NUL, and half of a surrogate pair has no bytes. */
function refuseUnstorable(text: string): void {
  const nul = text.indexOf('\0');
  const position = nul >= 0 ? nul : text.isWellFormed() ? -1 : loneSurrogate(text);
  if (position < 0) return;
  const found = `\\u${text.charCodeAt(position).toString(16).padStart(4, '0')}`;
  throw new SearchError(
    `Invalid character ${found} in '${quotation(text.replaceAll('\0', '\uFFFD'))}'.`,
    position,
    found,
    'characters other than NUL and lone surrogates',
  );
}

function loneSurrogate(text: string): number {
  const wellFormed = text.toWellFormed();
  let at = 0;
  while (text.charCodeAt(at) === wellFormed.charCodeAt(at)) at += 1;
  return at;
}
