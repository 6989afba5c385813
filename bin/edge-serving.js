#!/usr/bin/env node
import { spawn } from 'node:child_process';
// Starts the command line. A Node that is too old for it only starts the one among the packages.
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// An installed package is compiled.
const compiled = new URL('../scripts/main/main.js', import.meta.url);
const isCompiled = existsSync(compiled);

// Without SQLite, every command on local state would start workerd. Sources are TypeScript.
if (module.isBuiltin('node:sqlite') && (isCompiled || process.features.typescript)) {
  // Compiled code is kept, so that later commands start faster.
  module.enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/edge-serving', import.meta.url)));
  const { main } = await import(isCompiled ? compiled.href : '../scripts/main/main.ts');
  await main(process.argv.slice(2));
} else {
  const node = packagedNode();
  if (node === undefined) {
    process.stderr.write(`edge-serving needs Node 22.18 or newer; this is ${process.version}\n`);
    process.exit(1);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('close', (code) => process.exit(code ?? 1));
}

/** Returns the executable of the Node that the packages contain on Linux and Windows. */
function packagedNode() {
  const name = process.platform === 'win32' ? 'win' : process.platform;
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  try {
    return createRequire(import.meta.url).resolve(`node-${name}-${process.arch}/bin/${executable}`);
  } catch {
    return undefined;
  }
}
