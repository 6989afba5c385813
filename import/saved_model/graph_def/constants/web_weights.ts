import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { ModelJsonSchema } from '../../../../worker/model/model_json.ts';
import { readJson, validate } from '../../../files/json_files.ts';
import { findModelFile } from '../../../files/model_files.ts';
import { readWeights } from '../../../graph/read_tfjs_graph.ts';
import { type Imported, malformed, read } from '../../../import_result.ts';
import type { SourceNode } from '../source_graph.ts';

const MANIFEST = 'weights_manifest.json';
const ManifestSchema = v.nonNullish(ModelJsonSchema.entries.weightsManifest);

/**
 * Adds the values of constants from the manifest that tfjs's converter before version 1.0 wrote next to a GraphDef. The
 * GraphDef itself has only their shapes, which would be read as zeros.
 *
 * @param path the path of the GraphDef
 * @returns the unchanged nodes if there is no manifest
 */
export async function withWebWeights(
  path: string,
  nodes: readonly SourceNode[],
): Promise<Imported<readonly SourceNode[]>> {
  const directory = dirname(path);
  if (!existsSync(join(directory, MANIFEST))) return read(nodes);
  const file = await findModelFile(directory, MANIFEST);
  if (file.kind !== 'read') return file;
  const json = await readJson(file.value);
  if (json.kind !== 'read') return json;
  const manifest = validate(file.value, json.value, ManifestSchema);
  if (manifest.kind !== 'read') return manifest;
  const weights = await readWeights(directory, { weightsManifest: manifest.value });
  if (weights.kind !== 'read') return { ...weights, message: `${MANIFEST}: ${weights.message}` };
  const names = new Set(nodes.filter(({ op }) => op === 'Const').map(({ name }) => name));
  const unknown = [...weights.value.keys()].find((name) => !names.has(name));
  if (unknown !== undefined) return malformed(`${MANIFEST}: the graph has no constant "${unknown}"`);
  return read(
    nodes.map((node) => {
      const weight = weights.value.get(node.name);
      return weight === undefined ? node : { ...node, value: read(weight) };
    }),
  );
}
