import { createRequire } from 'node:module';

/** The environment of this process before wrangler is silenced in it, for a wrangler in a process of its own. */
export const OUTER_ENVIRONMENT: NodeJS.ProcessEnv = { ...process.env };

/** The path of wrangler's package.json. */
export const WRANGLER_PACKAGE = createRequire(import.meta.url).resolve('wrangler/package.json');

/** wrangler takes a second to load, so that only commands that use it load it. */
export async function loadWrangler(): Promise<typeof import('wrangler')> {
  // wrangler would print on standard output, among the script's own result.
  process.env.WRANGLER_LOG ??= 'none';
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= 'false';
  return import('wrangler');
}
