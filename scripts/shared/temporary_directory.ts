import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Gives an action a directory that is removed when it is done, when it failed, and when the process ends
 * meanwhile, by itself or by a signal.
 */
export async function withTemporaryDirectory<T>(action: (directory: string) => Promise<T>): Promise<T> {
  let directory: string | undefined;
  const remove = () => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  };
  const onSignal = (signal: NodeJS.Signals) => {
    remove();
    stopListening();
    // Whoever else listens decides; where nobody does, the process ends as if nothing had been in the way.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const stopListening = () => {
    process.off('exit', remove);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on('exit', remove);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // Made only now and at once, so that no signal comes between the directory and who removes it.
  directory = mkdtempSync(join(tmpdir(), 'edge-serving-convert-'));
  try {
    return await action(directory);
  } finally {
    stopListening();
    remove();
  }
}
