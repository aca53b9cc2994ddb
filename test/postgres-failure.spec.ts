import { explainFailure } from '../src/database/postgres-failure.js';

const PROGRESS = [
  'selecting dynamic shared memory implementation ... posix',
  'selecting default "max_connections" ... 200',
];

describe('a PostgreSQL that does not start', () => {
  it.each([
    ['initdb: error: could not open: No space left on device', 'no space on the disk', 'Free space'],
    ['FATAL:  insufficient file descriptors available to start server process', 'open enough files', 'ulimit -n'],
    [
      'FATAL:  could not resize shared memory segment "/PostgreSQL.1" to 26976 bytes: No space left on device',
      'too little shared memory',
      '/dev/shm',
    ],
    ['FATAL:  could not create shared memory segment: Invalid argument', 'no shared memory', 'earlier server'],
    ['FATAL:  data directory "/x" has wrong ownership', 'may not use its files', 'chown'],
  ])('that says "%s" is explained by that, and not by how far it came', (line, message, remedy) => {
    const error = explainFailure('/cluster', [...PROGRESS, line], 'it ended with 1');
    expect(error.message).toContain(message);
    expect(error.message).toContain(line);
    expect(error.remedy).toContain(remedy);
  });

  it('is shown as it ended where its words are new', () => {
    const error = explainFailure('/cluster', PROGRESS, 'it ended with 1');
    expect(error.message).toContain('did not start (it ended with 1)');
  });
});
