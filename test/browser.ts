import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const INSTALLED_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** No sandbox: it can not be had as root and in most containers, and only our own pages are opened. */
const FLAGS = [
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
];

export interface TestBrowser {
  browser: Browser;
  /** Ends it and removes what it unpacked. */
  stop: () => Promise<void>;
}

interface Installation {
  executablePath: string;
  env?: Record<string, string>;
}

/** Chromium from the npm package, which brings all that Linux on x64 needs for it; elsewhere the machine's own. */
export async function startBrowser(): Promise<TestBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'cellar-browser-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const packed = process.platform === 'linux' && process.arch === 'x64';
    const browser = await chromium.launch({ ...(packed ? await unpack(folder) : installed()), args: FLAGS });
    return {
      browser,
      stop: async () => {
        await browser.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * In a process of its own, because the package unpacks (211 MB) into the TMPDIR of its process and changes its environment.
 * Only where it believes to run on Lambda it unpacks the libraries that a bare machine lacks. Its own flags are not used:
 * they switch off the web security that the pages are tested with.
 */
async function unpack(folder: string): Promise<Installation> {
  const program = `
    import chromium from '@sparticuz/chromium';
    const executablePath = await chromium.executablePath();
    console.log(JSON.stringify({ executablePath, libraries: process.env.LD_LIBRARY_PATH }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    env: { PATH: process.env.PATH, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
  });
  const { executablePath, libraries } = JSON.parse(stdout) as { executablePath: string; libraries: string };
  // The font settings of the package know Lambda's folders only, and Chromium crashes where it finds no font.
  const fonts = join(folder, 'fonts.conf');
  writeFileSync(fonts, fontSettings([join(folder, 'fonts'), '/usr/share/fonts'], join(folder, 'font-cache')));
  return { executablePath, env: { HOME: folder, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: fonts } };
}

function fontSettings(folders: string[], cache: string): string {
  const directories = folders.map((folder) => `<dir>${folder}</dir>`).join('');
  return `<?xml version="1.0"?><fontconfig>${directories}<cachedir>${cache}</cachedir></fontconfig>`;
}

function installed(): Installation {
  const executablePath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => INSTALLED_NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  if (!executablePath) throw new Error('The pages are tested in Chromium: put a chromium on the PATH.');
  return { executablePath };
}
