import { readdir, readFile } from 'node:fs/promises';

/**
 * Milliseconds that a process has been on a processor, all of its threads together. Undefined where the system
 * does not say (only Linux does). Unlike wall time it does not grow while another process has the processor.
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

/** The processes that this one started and that run a program of that name. Empty where the system does not say. */
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
    // No such file system, or a process that ended meanwhile: then wall time has to do.
  }
  return found;
}
