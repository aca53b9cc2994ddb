import packageJson from '../package.json' with { type: 'json' };

/** Of package.json. */
export const VERSION: string = packageJson.version;
