import { mkdtempSync, rmSync } from 'node:fs';
import { ownedDirectory, removeOrphans } from './orphaned_directories.ts';

const PREFIX = 'edge-serving-convert-';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The directories in use. The listeners of the process are registered once for all of them. */
const directories = new Set<string>();

/**
 * Passes a temporary directory to an action and removes it when the action ends or fails, and when the process ends, by
 * itself or by a signal. Directories of killed processes are removed first.
 */
export async function withTemporaryDirectory<T>(action: (directory: string) => Promise<T>): Promise<T> {
  await removeOrphans(PREFIX);
  if (directories.size === 0) listen();
  // Synchronous: a signal between creating and recording the directory would leave it behind.
  const directory = mkdtempSync(ownedDirectory(PREFIX));
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
  // Other listeners decide. Without any, the process ends as it would without this listener.
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
