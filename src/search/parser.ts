import { Lexer, type Literal, type NumberToken, type Token, type Word } from './lexer.js';
import { LIST_OPERATORS, type PresenceOperator } from './nodes.js';
import { invalidClause, quotation, SearchError } from './search-error.js';
import type { Dialect } from './target.js';

/** The most comparisons of one filter. */
export const MAX_CLAUSES = 200;
/** How deep parentheses and NOTs may stand in each other. */
export const MAX_NESTING = 50;

/** A list of texts, as it was written. */
export interface ListToken {
  readonly kind: 'list';
  readonly text: string;
  readonly position: number;
  readonly values: readonly Literal[];
}
export type ValueToken = Word | Literal | NumberToken | ListToken;

/** One comparison as it was written: nothing is known of its names, its operator or the type of its value. */
export type Clause =
  | { kind: 'clause'; field: Word; operator: string; operatorToken: Token; value: ValueToken }
  | { kind: 'presence'; field: Word; operator: PresenceOperator; operatorToken: Token };
export type Syntax = { kind: 'and' | 'or'; parts: Syntax[] } | { kind: 'not'; part: Syntax } | Clause;

/**
 * Reads a filter: NOT binds closer than AND, AND closer than OR.
 * @returns nothing where the text holds no clause
 * @throws SearchError
 */
export function parse(text: string, dialect: Dialect, hasWideKeys?: boolean): Syntax | undefined {
  return new Parser(text, dialect, hasWideKeys).filter();
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #clauses = 0;
  #nesting = 0;

  constructor(
    readonly text: string,
    readonly dialect: Dialect,
    hasWideKeys?: boolean,
  ) {
    this.#lexer = new Lexer(text, hasWideKeys);
    this.#token = this.#lexer.next();
  }

  filter(): Syntax | undefined {
    // MLflow's server overlooks ANDs at both ends, and clients have come to rely on it.
    while (this.#isWord('AND')) this.#advance();
    if (this.#isAtEnd()) return undefined;
    const syntax = this.#or();
    if (!this.#isAtEnd()) throw this.#unexpected(this.dialect === 'mlflow' ? 'AND' : 'AND or OR');
    return syntax;
  }

  #or(): Syntax {
    const parts = [this.#and()];
    while (this.dialect === 'cellar' && this.#isWord('OR')) {
      this.#advance();
      parts.push(this.#and());
    }
    return parts.length === 1 ? parts[0] : { kind: 'or', parts };
  }

  #and(): Syntax {
    const parts = [this.#unary()];
    while (this.#isWord('AND')) {
      this.#advance();
      if (this.#nesting === 0 && this.#isAtTrailingEnd()) break;
      parts.push(this.#unary());
    }
    return parts.length === 1 ? parts[0] : { kind: 'and', parts };
  }

  #isAtTrailingEnd(): boolean {
    if (!this.#isWord('AND')) return this.#isAtEnd();
    const second = this.#unexpected(A_CLAUSE);
    while (this.#isWord('AND')) this.#advance();
    if (!this.#isAtEnd()) throw second;
    return true;
  }

  #unary(): Syntax {
    if (this.dialect === 'cellar' && this.#isWord('NOT')) return this.#nested(() => this.#not());
    if (this.dialect === 'cellar' && this.#isSign('(')) return this.#nested(() => this.#parentheses());
    return this.#clause();
  }

  #nested(read: () => Syntax): Syntax {
    if (this.#nesting === MAX_NESTING) {
      const { position, text } = this.#token;
      throw new SearchError(
        `The filter nests deeper than ${MAX_NESTING} levels.`,
        position,
        text,
        `at most ${MAX_NESTING} levels of parentheses and NOT`,
      );
    }
    this.#nesting += 1;
    this.#advance();
    const syntax = read();
    this.#nesting -= 1;
    return syntax;
  }

  #not(): Syntax {
    return { kind: 'not', part: this.#unary() };
  }

  #parentheses(): Syntax {
    const inner = this.#or();
    if (!this.#isSign(')')) throw this.#unexpected(')');
    this.#advance();
    return inner;
  }

  #clause(): Syntax {
    const field = this.#field();
    this.#clauses += 1;
    if (this.#clauses > MAX_CLAUSES) {
      throw new SearchError(
        `The filter has more than ${MAX_CLAUSES} clauses.`,
        field.position,
        field.text,
        `at most ${MAX_CLAUSES} clauses`,
      );
    }
    const operatorToken = this.#token;
    const operator = this.#operator(field);
    if (operator === 'IS NULL' || operator === 'IS NOT NULL')
      return { kind: 'presence', field, operator, operatorToken };
    return { kind: 'clause', field, operator, operatorToken, value: this.#value(field, operator) };
  }

  #field(): Word {
    const token = this.#token;
    const isValue = token.kind === 'number' || (token.kind === 'string' && token.text.startsWith("'"));
    if (isValue) {
      throw new SearchError(
        `Invalid comparison clause. Expected 'Identifier' found '${quotation(token.text)}'`,
        token.position,
        token.text,
        'a key, as in metrics.accuracy',
      );
    }
    const field = asField(token);
    if (!field || (!field.quoted && !field.entity && KEY_WORDS.has(field.key.toUpperCase())) || field.key === '') {
      throw this.#unexpected(A_CLAUSE);
    }
    this.#advance();
    return field;
  }

  /** An operator in capitals. What signs like == mean is not decided here. */
  #operator(field: Word): string {
    const { kind, text } = this.#token;
    const word = this.#word();
    if (kind !== 'operator' && !['LIKE', 'ILIKE', 'IN', 'NOT', 'IS'].includes(word))
      throw this.#unexpectedIn(field, 'an operator');
    this.#advance();
    if (word === 'NOT') {
      this.#expect(field, 'IN');
      return 'NOT IN';
    }
    if (word !== 'IS') return word || text;
    const negated = this.#isWord('NOT');
    if (negated) this.#advance();
    this.#expect(field, 'NULL');
    return negated ? 'IS NOT NULL' : 'IS NULL';
  }

  #expect(field: Word, word: string): void {
    if (!this.#isWord(word)) throw this.#unexpectedIn(field, word);
    this.#advance();
  }

  #value(field: Word, operator: string): ValueToken {
    const token = this.#token;
    if (this.#isSign('(')) return this.#list();
    if ((LIST_OPERATORS as readonly string[]).includes(operator)) {
      throw listError(
        `string value, punctuation, or whitespace, but got different type in list: ${quotation(token.text)}`,
        token,
      );
    }
    const isJoint = ['AND', 'OR', 'NOT'].includes(this.#word());
    if (isJoint || (token.kind !== 'word' && token.kind !== 'string' && token.kind !== 'number')) {
      throw this.#unexpectedIn(field, 'a value');
    }
    this.#advance();
    return token;
  }

  /** Texts in parentheses. A comma may follow the last one, as Python writes a tuple of one. */
  #list(): ListToken {
    const { position } = this.#token;
    const values: Literal[] = [];
    do {
      this.#advance();
      const token = this.#token;
      if (values.length > 0 && this.#isSign(')')) break;
      if (values.length === 0 && this.#isSign(')')) {
        throw listError('a non-empty list of string values, but got empty list', token);
      }
      if (token.kind !== 'string') {
        throw listError(
          `string value, punctuation, or whitespace, but got different type in list: ${quotation(token.text)}`,
          token,
        );
      }
      values.push(token);
      this.#advance();
    } while (this.#isSign(','));
    const end = this.#token;
    if (!this.#isSign(')'))
      throw listError(`a comma or a closing parenthesis, but got ${quotation(end.text) || 'the end'}`, end);
    this.#advance();
    return { kind: 'list', text: this.text.slice(position, end.position + 1), position, values };
  }

  #advance(): void {
    this.#token = this.#lexer.next();
  }

  /** The token as a key word, in capitals; empty if it can be none. */
  #word(): string {
    const token = this.#token;
    return token.kind === 'word' && !token.quoted && token.entity === undefined ? token.key.toUpperCase() : '';
  }

  #isWord(word: string): boolean {
    return this.#word() === word;
  }

  #isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #isSign(sign: string): boolean {
    return this.#token.kind === 'punctuation' && this.#token.text === sign;
  }

  /** What the token is, where it can not be. */
  #unexpected(allowed: string): SearchError {
    const { text, position } = this.#token;
    if (text === ';' && this.text.slice(position + 1).trim() !== '') {
      return new SearchError(
        `Search filter contained multiple expression '${quotation(this.text)}'. Provide AND-ed expression list.`,
        position,
        text,
        allowed,
      );
    }
    return new SearchError(invalidClause(text), position, text, allowed);
  }

  /** The same within a clause, which the message shows from its beginning. */
  #unexpectedIn(field: Word, allowed: string): SearchError {
    const { text, position } = this.#token;
    const clause = this.text.slice(field.position, position + text.length).trimEnd();
    return new SearchError(invalidClause(clause), position, text, allowed);
  }
}

const A_CLAUSE = 'a clause, as in metrics.accuracy > 0.9';

const KEY_WORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'IS', 'LIKE', 'ILIKE', 'NULL']);

/** The token as the name of something that can be searched; double quotes may stand around a bare key. */
export function asField(token: Token): Word | undefined {
  if (token.kind === 'word') return token;
  if (token.kind !== 'string' || !token.text.startsWith('"')) return undefined;
  return { kind: 'word', text: token.text, position: token.position, key: token.value, quoted: true };
}

function listError(expectation: string, { text, position }: Token): SearchError {
  return new SearchError(
    `While parsing a list in the query, expected ${expectation}`,
    position,
    text,
    "quoted strings in parentheses, as in ('a', 'b')",
  );
}
