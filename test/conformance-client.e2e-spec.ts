import { CellarProcess, temporaryFolder } from './cellar-process.js';
import { describeWithClient } from './conformance/python-client.js';

/** A flow takes about a quarter of a minute; a client that retries may take minutes. */
const FLOW_LIMIT_MS = 300_000;

/** A server to ask instead of the built Cellar. */
const other = process.env.CONFORMANCE_URL;

describe.each(['3.17.2', '2.22.5'])('a training script', (version) => {
  describeWithClient(version, (client) => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>> | undefined;
    let cellar: CellarProcess | undefined;

    beforeAll(async () => {
      if (other) return;
      folder = await temporaryFolder();
      cellar = await CellarProcess.start('main', { DATA_DIR: folder.path });
    });

    afterAll(async () => {
      await cellar?.stop();
      await folder?.remove();
    });

    it(
      'does all that it has to',
      async () => {
        const { exitCode, output } = await client.runFlow(other ?? cellar?.url ?? '');
        if (exitCode !== 0) throw new Error(`client_flow.py ended with ${exitCode}:\n${output}`);
        expect(output).toContain('all steps passed');
      },
      FLOW_LIMIT_MS,
    );
  });
});
