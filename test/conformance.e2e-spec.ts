import { readFileSync } from 'node:fs';
import { CellarProcess, temporaryFolder } from './cellar-process.js';
import { type Documentation, DocumentedAnswers, exampleOf } from './conformance/documentation.js';
import type { Answer } from './conformance/normalise.js';
import { type Case, type RawAnswer, replay } from './conformance/replay.js';

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
const raw: RawAnswer[] = [];

beforeAll(async () => {
  if (!other) {
    folder = await temporaryFolder();
    cellar = await CellarProcess.start('main', { DATA_DIR: folder.path });
  }
  answers = await replay(other ?? cellar?.url ?? '', cases, (answer) => raw.push(answer));
}, 300_000);

afterAll(async () => {
  await cellar?.stop();
  await folder?.remove();
});

it('has one recording for every case', () => {
  expect(cases.map(({ name }) => name).sort()).toEqual(Object.keys(recorded).sort());
});

(other ? describe.skip : describe)('the documentation of the wire', () => {
  const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as Documentation;
  const documented = new DocumentedAnswers(document);
  const wire = Object.entries(document.paths)
    .filter(([path]) => /^\/api\/[23]\.0\//.test(path))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
    );

  it('tells the form of every answer', () => {
    const problems = raw.map(({ method, path, status, body }) => documented.problemOf(method, path, status, body));
    expect([...new Set(problems)].filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('is compared with an answer of every route', () => {
    expect(wire.length).toBeGreaterThan(40);
    const answered = new Set(
      raw.filter(({ status }) => status === 200).map(({ method, path }) => documented.routeOf(method, path)),
    );
    const routes = wire.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(routes.filter((route) => !answered.has(route))).toEqual([]);
  });

  it('shows requests that are taken', async () => {
    const examples = wire.flatMap(({ method, path, operation }) => exampleOf(method, path, operation) ?? []);
    expect(examples.length).toBeGreaterThan(40);
    const statuses: [string, number][] = [];
    await replay(cellar?.url ?? '', examples, ({ method, path, status }) =>
      statuses.push([`${method} ${path}`, status]),
    );
    // The runs and models of the examples are not there.
    expect(statuses.filter(([, status]) => status !== 200 && status !== 404)).toEqual([]);
    expect(statuses.filter(([, status]) => status === 200).length).toBeGreaterThan(15);
  });
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
