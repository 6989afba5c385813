import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const KIBIBYTES_PER_MEBIBYTE = 1024;

/** The resident memory of the workerd that this process started last. Linux only. */
export class WorkerMemory {
  readonly #status: string;
  readonly #references: string;
  #before = 0;

  constructor() {
    const workerd = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isWorkerd(name))
      .map(Number);
    const newest = Math.max(...workerd);
    if (!Number.isFinite(newest)) throw new Error('this process has started no workerd');
    this.#status = `/proc/${newest}/status`;
    this.#references = `/proc/${newest}/clear_refs`;
  }

  /** Begins anew: what is resident now is where growth is counted from. */
  reset(): void {
    // The kernel forgets the highest value that it has seen (proc(5), clear_refs).
    writeFileSync(this.#references, '5');
    this.#before = this.#read('VmRSS');
  }

  /** By how much the highest value since the reset is above the value then, in MiB. */
  growth(): number {
    return this.#read('VmHWM') - this.#before;
  }

  #read(name: 'VmRSS' | 'VmHWM'): number {
    const value = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(this.#status, 'utf8'))?.[1];
    if (value === undefined) throw new Error(`the system does not tell ${name}`);
    return Number(value) / KIBIBYTES_PER_MEBIBYTE;
  }
}

function isWorkerd(name: string): boolean {
  try {
    const [command, rest = ''] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ');
    return command?.endsWith('(workerd') === true && rest.split(' ')[1] === String(process.pid);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
