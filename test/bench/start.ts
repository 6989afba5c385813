import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

/** Installs the benchmark's packages if they are missing or older than the lock file, and runs the benchmark. */
const directory = import.meta.dirname;
const installed = path.join(directory, 'node_modules/.package-lock.json');
const lock = path.join(directory, 'package-lock.json');

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.error('installing what the benchmark compares with');
  // onnxruntime-node's install script would only download the libraries for graphics cards.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

const bench = spawn(process.execPath, [path.join(directory, 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
const [code] = await once(bench, 'exit');
process.exitCode = typeof code === 'number' ? code : 1;
