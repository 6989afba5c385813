import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { writeWholeFile } from '../../import/files/write_whole_file.ts';
import type { ModeName } from './modes.ts';
import { EMPTY_TALLY, type Tally, TallySchema } from './tally.ts';

const SoakStateSchema = v.strictObject({
  schema: v.literal(1),
  modes: v.strictObject({ lease: TallySchema, strict: TallySchema, kv: TallySchema }),
});

/** The progress of a soak. It is written after every batch, so that a stopped soak can continue. */
export type SoakState = v.InferOutput<typeof SoakStateSchema>;

const FRESH: SoakState = {
  schema: 1,
  modes: { lease: EMPTY_TALLY, strict: EMPTY_TALLY, kv: EMPTY_TALLY },
};

/** @throws an error that names the file if it is not the state of a soak */
export async function readSoakState(file: string | undefined): Promise<SoakState> {
  if (file === undefined) return FRESH;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return FRESH;
    throw error;
  }
  try {
    return v.parse(SoakStateSchema, JSON.parse(text));
  } catch {
    throw new Error(`${file} is not the state of a soak; name another file, or remove it to begin anew`);
  }
}

export function withTally(state: SoakState, mode: ModeName, tally: Tally): SoakState {
  return { ...state, modes: { ...state.modes, [mode]: tally } };
}

export async function writeSoakState(file: string | undefined, state: SoakState): Promise<void> {
  if (file !== undefined) await writeWholeFile(file, JSON.stringify(state), { replace: true });
}
