import { Readable } from 'node:stream';

/** For the header of a route that answers so: of a stream nobody can tell. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** What is gathered before an answer begins, and about what goes out at a time, in characters. */
const GATHERED = 8_000_000;
const WRITTEN = 1_000_000;

/** Some items of a list, and about how long they are as text, in characters. */
export interface ListPiece<Item> {
  items: Item[];
  characters: number;
}

/**
 * An answer with a list that may be longer than a text or the memory can be: an object while it is short, otherwise its JSON
 * as a stream, whose pieces are read as the client takes them. What fails before the stream begins is still an error.
 * @param rest what stands beside the list
 */
export async function listAnswer<Item>(
  name: string,
  pieces: AsyncGenerator<ListPiece<Item>>,
  rest: object,
): Promise<object> {
  const items: Item[] = [];
  let characters = 0;
  for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
    items.push(...piece.value.items);
    characters += piece.value.characters;
    if (characters > GATHERED) return Readable.from(jsonOf(name, items, pieces, rest));
  }
  return { [name]: items, ...rest };
}

async function* jsonOf<Item>(
  name: string,
  gathered: Item[],
  pieces: AsyncGenerator<ListPiece<Item>>,
  rest: object,
): AsyncGenerator<string> {
  let text = `{${JSON.stringify(name)}:[`;
  let separator = '';
  const all = (async function* () {
    yield gathered;
    for await (const { items } of pieces) yield items;
  })();
  for await (const items of all) {
    for (const item of items) {
      text += separator + JSON.stringify(item);
      separator = ',';
      if (text.length < WRITTEN) continue;
      yield text;
      text = '';
    }
  }
  const others = JSON.stringify(rest).slice(1);
  yield `${text}]${others === '}' ? '' : ','}${others}`;
}
