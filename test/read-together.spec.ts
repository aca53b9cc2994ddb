import { setImmediate as turn } from 'node:timers/promises';
import { readTogether } from '../src/database/read-together.js';

/** Answers ids of `known` and keeps what it was asked. */
function store(known: string[]) {
  const questions: string[][] = [];
  const read = readTogether(async (ids) => {
    questions.push(ids);
    if (ids.includes('broken')) throw new Error('the store is broken');
    return new Map(ids.filter((id) => known.includes(id)).map((id) => [id, `found ${id}`]));
  });
  return { read, questions };
}

describe('readTogether', () => {
  it('asks once for all that is wanted in one turn, and for each id once', async () => {
    const { read, questions } = store(['a', 'b']);
    const answers = await Promise.all(['a', 'b', 'a', 'c'].map(read));
    expect(answers).toEqual(['found a', 'found b', 'found a', undefined]);
    expect(questions).toEqual([['a', 'b', 'c']]);
  });

  it('asks anew in the next turn, whatever was answered', async () => {
    const known = ['a'];
    const { read, questions } = store(known);
    expect(await read('b')).toBeUndefined();
    known.push('b');
    expect(await read('b')).toBe('found b');
    expect(questions).toEqual([['b'], ['b']]);
  });

  it('does not let a question wait for the one before', async () => {
    const begun: string[][] = [];
    const read = readTogether<string>((ids) => {
      begun.push(ids);
      return new Promise(() => undefined);
    });
    void read('a');
    await turn();
    await turn();
    void read('b');
    await turn();
    await turn();
    expect(begun).toEqual([['a'], ['b']]);
  });

  it('splits what is too much for one question', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `${i}`);
    const { read, questions } = store(ids);
    expect(await Promise.all(ids.map(read))).toEqual(ids.map((id) => `found ${id}`));
    expect(questions.map(({ length }) => length)).toEqual([16, 16, 8]);
  });

  it('fails those who shared the question that failed, and nobody else', async () => {
    const { read } = store(['a']);
    const shared = await Promise.allSettled(['a', 'broken'].map(read));
    expect(shared.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await read('a')).toBe('found a');
  });
});
