import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FLOW = fileURLToPath(new URL('./client_flow.py', import.meta.url));
const PROBE_LIMIT_S = 10;

/**
 * An MLflow client in an environment of its own, which outlives the test run: under the system's folder for temporary
 * files, about 900 MB each, made once for each list of requirements.
 */
export class PythonClient {
  private constructor(private readonly python: string) {}

  /**
   * Installs it where that was not done before.
   * @returns a text that tells what is missing where there is no Python or no package index
   * @throws Error with what pip printed when the index is there and the installation fails all the same
   */
  static install(version: string): PythonClient | string {
    const requirements = [`mlflow==${version}`, 'scikit-learn', 'matplotlib', 'pillow'];
    const interpreter = output('python3', ['-c', 'import ensurepip, sys, venv; print(sys.version, sys.executable)']);
    if (interpreter === undefined) return 'python3 with venv and pip (apt-get install python3-venv)';
    const hash = createHash('sha256')
      .update([interpreter, ...requirements].join('\n'))
      .digest('hex')
      .slice(0, 12);
    const folder = join(tmpdir(), `cellar-conformance-${hash}`);
    const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    const complete = join(folder, 'complete');
    if (existsSync(complete)) return new PythonClient(python);
    rmSync(folder, { recursive: true, force: true });
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' });
    // Whether the index that this machine's pip is set to has the package, before an installation that may not fail.
    const probe = ['--dry-run', '--no-deps', '--retries', '0', '--timeout', String(PROBE_LIMIT_S)];
    if (output(python, ['-m', 'pip', 'install', ...probe, requirements[0]]) === undefined) {
      rmSync(folder, { recursive: true, force: true });
      return `a package index with ${requirements[0]} (is PyPI reachable?)`;
    }
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...requirements], { stdio: 'pipe' });
    writeFileSync(complete, requirements.join('\n'));
    return new PythonClient(python);
  }

  /** Runs the flow of a training script. @returns its exit code and all that it printed */
  async runFlow(trackingUri: string): Promise<{ exitCode: number | null; output: string }> {
    const child = spawn(this.python, ['-B', FLOW, '--tracking-uri', trackingUri], {
      cwd: tmpdir(),
      env: { ...process.env, PYTHONUTF8: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, output: printed }));
    });
  }
}

/**
 * A suite that needs a client of MLflow. Where there is no Python or no package index it is reported as skipped, under a line
 * that tells what is missing; also under CI, because the network is not the repository's to provide.
 */
export function describeWithClient(version: string, suite: (client: PythonClient) => void): void {
  const name = `MLflow's own client ${version}`;
  // Before the tests are known, because a suite can be skipped only then.
  const client = PythonClient.install(version);
  if (client instanceof PythonClient) {
    describe(name, () => suite(client));
  } else {
    // Jest prints only how many tests were skipped, unless it is told to be verbose.
    process.stderr.write(`Skipped for want of ${client}: ${name}.\n`);
    describe.skip(`${name} (needs ${client})`, unrun);
  }
}

/** Jest wants a test in every suite. */
function unrun(): void {
  it('does all that it has to', () => undefined);
}

/** What a program prints; undefined when it fails or is not there. */
function output(program: string, args: string[]): string | undefined {
  try {
    return execFileSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  } catch {
    return undefined;
  }
}
