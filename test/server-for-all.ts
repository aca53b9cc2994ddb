import { ApiClient } from './api-client.js';
import { CellarProcess, temporaryFolder } from './cellar-process.js';

/** Starts a server on a fresh folder before the tests of a file, and ends it after them. */
export function serverForAll(...args: string[]): {
  readonly url: string;
  readonly api: ApiClient;
  /** On the same folder; whoever starts it stops it. */
  startAnother: (...args: string[]) => Promise<CellarProcess>;
} {
  let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
  let server: CellarProcess | undefined;
  let api: ApiClient | undefined;

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await CellarProcess.start('main', { DATA_DIR: folder.path }, args);
    api = new ApiClient(server.url);
  }, 60_000);

  afterAll(async () => {
    await server?.stop();
    await folder?.remove();
  });

  return {
    get api() {
      if (!api) throw new Error('the server runs while tests run');
      return api;
    },
    get url() {
      return this.api.url;
    },
    startAnother: (...others) => CellarProcess.start('main', { DATA_DIR: folder?.path ?? '' }, others),
  };
}
