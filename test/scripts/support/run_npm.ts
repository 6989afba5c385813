import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ScriptOptions, ScriptResult } from './run_script.ts';

/** The environment without what an npm that started the tests has left in it. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== 'INIT_CWD'),
);

/** Runs the npm that is installed, as a user types it. */
export async function runNpm(
  words: readonly string[],
  { cwd, env = {} }: ScriptOptions = {},
): Promise<ScriptResult> {
  const child = spawn('npm', words, {
    cwd,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}
