import { join } from 'node:path';
import type { JsonObject } from '../../../worker/model/json_object.ts';
import { writeWholeFile } from '../../files/write_whole_file.ts';
import type { WeightGroupJson } from './write_weights.ts';

const FILE = 'model.json';

/** A written model directory. Paths are relative to it. */
export interface WrittenModel {
  readonly topology: string;
  readonly shards: readonly string[];
  readonly weightBytes: number;
}

/** Writes model.json, last and atomically, since it completes the model. */
export async function writeModelJson(
  directory: string,
  json: JsonObject,
  { group, bytes }: { readonly group: WeightGroupJson; readonly bytes: number },
): Promise<WrittenModel> {
  const text = JSON.stringify({ ...json, weightsManifest: [group] });
  await writeWholeFile(join(directory, FILE), text, { replace: true });
  return { topology: FILE, shards: group.paths, weightBytes: bytes };
}
