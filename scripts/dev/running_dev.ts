import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const FileSchema = v.object({
  url: v.pipe(v.string(), v.url()),
  process: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** A running `dev` leaves its address beside the local state that it serves. */
const filePath = (state: string): string => join(state, 'edge-serving-dev.json');

/** Leaves the address of this `dev` for other commands. */
export async function announceDev(state: string, url: string): Promise<void> {
  await mkdir(state, { recursive: true });
  await writeFile(filePath(state), JSON.stringify({ url, process: process.pid }));
}

export async function withdrawDev(state: string): Promise<void> {
  await rm(filePath(state), { force: true });
}

/** Returns the address of the `dev` that serves a local state folder, or undefined if none does. */
export async function runningDev(state: string): Promise<string | undefined> {
  try {
    const file = v.parse(FileSchema, JSON.parse(await readFile(filePath(state), 'utf8')));
    // A dev that was killed leaves its file. Signal 0 only asks whether the process exists.
    process.kill(file.process, 0);
    return file.url;
  } catch {
    return undefined;
  }
}
