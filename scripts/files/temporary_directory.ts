import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Those in use. The process is listened to once, however many there are. */
const directories = new Set<string>();

/**
 * Gives an action a directory that is removed when it is done, when it failed, and when the process ends
 * meanwhile, by itself or by a signal.
 */
export async function withTemporaryDirectory<T>(action: (directory: string) => Promise<T>): Promise<T> {
  if (directories.size === 0) listen();
  // In one go: a signal that came between making it and noting it would leave it behind.
  const directory = mkdtempSync(join(tmpdir(), 'edge-serving-convert-'));
  directories.add(directory);
  try {
    return await action(directory);
  } finally {
    remove(directory);
    if (directories.size === 0) stopListening();
  }
}

function remove(directory: string): void {
  directories.delete(directory);
  rmSync(directory, { recursive: true, force: true });
}

function removeAll(): void {
  for (const directory of directories) remove(directory);
}

function onSignal(signal: NodeJS.Signals): void {
  removeAll();
  stopListening();
  // Whoever else listens decides; where nobody does, the process ends as if nothing had been in the way.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function listen(): void {
  process.on('exit', removeAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function stopListening(): void {
  process.off('exit', removeAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}
