/** The Bull driver is tested on a real Redis. Where there is none, root on Debian or Ubuntu gets it by apt; others are told how. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** Installs redis-server where that is possible without asking anybody. The suites that need it say so where it is not. */
export function provideRedis() {
  if (process.platform === 'win32' || has('redis-server') || has('valkey-server')) return;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !has('apt-get')) return;
  process.stdout.write('\n▸ installing redis-server\n');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
  }
}
