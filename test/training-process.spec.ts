import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';

const fork = jest.fn<() => unknown>();
jest.unstable_mockModule('node:child_process', () => ({ fork }));
const { TrainingNotBegun, TrainingProcess, TrainingProcessLost } = await import('../src/training/training-process.js');

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

/** A process that answers when it is told to. */
class FakeChild extends EventEmitter {
  readonly connected = true;
  readonly exitCode = null;
  readonly signalCode = null;
  readonly pid = undefined;
  readonly received: string[] = [];

  tell?: (error: Error) => void;

  send({ id }: { id: string }, told: (error: Error) => void): void {
    this.received.push(id);
    this.tell = told;
  }

  answer(): void {
    this.emit('message', { id: this.received.shift(), runMs: 1, outcome: {} });
  }

  kill = jest.fn(() => this.emit('exit', null, 'SIGKILL'));
}

describe('a process that is asked for several tasks', () => {
  let children: FakeChild[];
  let training: InstanceType<typeof TrainingProcess>;

  beforeEach(() => {
    children = [];
    fork.mockReset().mockImplementation(() => {
      const child = new FakeChild();
      children.push(child);
      return child;
    });
    training = new TrainingProcess();
  });

  /** What becomes of each: the id that was answered, or the name of the error. */
  const ask = async (...ids: string[]) => {
    const fates = ids.map((id) =>
      training.run({ id, catalogue: 'wine-quality', input: {} }).then(
        (answer) => answer.id,
        (error: Error) => error.name,
      ),
    );
    await new Promise((resolve) => setImmediate(resolve));
    return fates;
  };

  it('answers each', async () => {
    const fates = await ask('a', 'b', 'c');
    for (let i = 0; i < 3; i++) children[0].answer();
    expect(await Promise.all(fates)).toEqual(['a', 'b', 'c']);
  });

  it('loses the one that it trains when it dies, and hands the others to the next process', async () => {
    const fates = await ask('a', 'b', 'c', 'd');
    children[0].answer();
    // Node may report both.
    children[0].emit('error', new Error('gone'));
    children[0].emit('exit', 1, null);
    expect(children[1].received).toEqual(['c', 'd']);
    children[1].answer();
    children[1].answer();
    expect(await Promise.all(fates)).toEqual(['a', TrainingProcessLost.name, 'c', 'd']);
  });

  it('ends a process that can not be reached any more', async () => {
    const fates = await ask('a', 'b');
    children[0].tell?.(new Error('channel closed'));
    expect(children[0].kill).toHaveBeenCalled();
    children[1].answer();
    expect(await Promise.all(fates)).toEqual([TrainingProcessLost.name, 'b']);
  });

  it('passes over one that is cancelled while it waits, and trains on', async () => {
    const fates = await ask('a', 'b', 'c');
    training.cancel('b');
    expect(children[0].kill).not.toHaveBeenCalled();
    for (let i = 0; i < 3; i++) children[0].answer();
    expect(await Promise.all(fates)).toEqual(['a', TrainingNotBegun.name, 'c']);
  });

  it('ends when the one that it trains is cancelled; what was cancelled before is not handed on', async () => {
    const fates = await ask('a', 'b', 'c');
    training.cancel('b');
    training.cancel('a');
    expect(children[0].kill).toHaveBeenCalled();
    expect(children[1].received).toEqual(['c']);
    children[1].answer();
    expect(await Promise.all(fates)).toEqual([TrainingProcessLost.name, TrainingNotBegun.name, 'c']);
  });

  it('takes the cancelling of a task that it does not have for nothing', async () => {
    const fates = await ask('a');
    training.cancel('x');
    children[0].answer();
    training.cancel('a');
    expect([await fates[0], children[0].kill.mock.calls.length]).toEqual(['a', 0]);
  });

  it('takes no late answer of a dead process for that of another task', async () => {
    const fates = await ask('a', 'b');
    children[0].emit('exit', null, 'SIGKILL');
    children[0].answer();
    children[1].answer();
    expect(await Promise.all(fates)).toEqual([TrainingProcessLost.name, 'b']);
  });

  it('gives up what is not begun', async () => {
    const fates = await ask('a', 'b', 'c');
    children[0].answer();
    training.withdrawWaiting();
    children[0].answer();
    children[0].answer();
    expect(await Promise.all(fates)).toEqual(['a', 'b', TrainingNotBegun.name]);
  });

  it('gives up what has waited behind a task for too long, but not while the process is being started', async () => {
    const fates = await ask('a', 'b', 'c');
    training.withdrawOverdue(0);
    children[0].answer();
    training.withdrawOverdue(10_000);
    training.withdrawOverdue(0);
    children[0].answer();
    expect(await Promise.all(fates)).toEqual(['a', 'b', TrainingNotBegun.name]);
  });

  it('does not let others wait for a task that was given up', async () => {
    const fates = await ask('a', 'b', 'c');
    children[0].answer();
    training.withdrawOverdue(0);
    children[0].answer();
    fates.push(...(await ask('d')));
    training.withdrawOverdue(0);
    expect(children[1].received).toEqual(['d']);
    children[1].answer();
    expect(await Promise.all(fates)).toEqual(['a', 'b', TrainingNotBegun.name, 'd']);
  });

  it('leaves nobody without an answer when it is closed', async () => {
    const fates = await ask('a', 'b');
    await training.close();
    expect(await Promise.all(fates)).toEqual([TrainingProcessLost.name, TrainingNotBegun.name]);
    expect(children).toHaveLength(1);
  });
});
