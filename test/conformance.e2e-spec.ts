import { readFileSync } from 'node:fs';
import { CellarProcess, temporaryFolder } from './cellar-process.js';
import type { Answer } from './conformance/normalise.js';
import { type Case, replay } from './conformance/replay.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./conformance/${name}`, import.meta.url), 'utf8'));
const areas = read('cases.json') as Record<string, Case[]>;
const recorded = read('recorded.json') as Record<string, Answer>;
const cases = Object.values(areas).flat();

/** A server to ask instead of the built Cellar. The reference, asked, has to equal its own recording. */
const other = process.env.CONFORMANCE_URL;

let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
let cellar: CellarProcess | undefined;
let answers: Map<string, Answer>;

beforeAll(async () => {
  if (!other) {
    folder = await temporaryFolder();
    cellar = await CellarProcess.start('main', { DATA_DIR: folder.path });
  }
  answers = await replay(other ?? cellar?.url ?? '', cases);
}, 300_000);

afterAll(async () => {
  await cellar?.stop();
  await folder?.remove();
});

it('has one recording for every case', () => {
  expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(recorded).sort());
});

describe.each(Object.keys(areas))('the wire answers as the reference does: %s', (area) => {
  it.each(areas[area].filter(({ quirk }) => !quirk))('$name', ({ name, request, query, body }) => {
    // With the request in both, a difference tells what was asked.
    expect({ request, query, body, answer: answers.get(name) }).toEqual({
      request,
      query,
      body,
      answer: recorded[name],
    });
  });
});
