import { readdir, readFile } from 'node:fs/promises';

/**
 * The processor time of all threads of a process in milliseconds. Undefined if the system does not report it (only
 * Linux does). Unlike wall time, it does not grow while another process runs.
 */
export async function processorTime(processId: number): Promise<number | undefined> {
  try {
    const threads = await readdir(`/proc/${processId}/task`);
    const texts = await Promise.all(
      threads.map((thread) => readFile(`/proc/${processId}/task/${thread}/schedstat`, 'utf8')),
    );
    return texts.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e6;
  } catch {
    return undefined;
  }
}

/** The child processes of this process that run a program with the name. Empty if the system does not report them. */
export async function childProcesses(program: string): Promise<Set<number>> {
  const found = new Set<number>();
  try {
    for (const thread of await readdir('/proc/self/task')) {
      const children = await readFile(`/proc/self/task/${thread}/children`, 'utf8');
      for (const child of children.split(' ').filter((text) => text !== '')) {
        const name = await readFile(`/proc/${child}/comm`, 'utf8');
        if (name.trim() === program) found.add(Number(child));
      }
    }
  } catch {
    // The file system does not exist, or the process has ended. Wall time is used instead.
  }
  return found;
}
