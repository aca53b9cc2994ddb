import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';

const fork = jest.fn<() => unknown>();
jest.unstable_mockModule('node:child_process', () => ({ fork }));
const { TrainingProcess, TrainingProcessLost } = await import('../src/training/training-process.js');

/** As Node answers where it has no file descriptor left: without a channel, and the reason follows. */
function stillborn() {
  const child = Object.assign(new EventEmitter(), {
    connected: false,
    pid: undefined,
    exitCode: -24,
    signalCode: null,
  });
  process.nextTick(() => child.emit('error', new Error('spawn EMFILE')));
  return child;
}

it.each([
  [
    'throws',
    () => {
      throw new Error('spawn ENOMEM');
    },
  ],
  ['answers a process without a channel', stillborn],
])('where the system %s, the process is lost, and its task with it', async (_, answer) => {
  fork.mockReset().mockImplementation(answer);
  const training = new TrainingProcess();
  // Twice: the failed one must not be taken for one that runs.
  for (let i = 1; i <= 2; i++) {
    await expect(training.run({ id: 'a', catalogue: 'wine-quality', input: {} })).rejects.toBeInstanceOf(
      TrainingProcessLost,
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(fork).toHaveBeenCalledTimes(i);
  }
  await training.close();
});
