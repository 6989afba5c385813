import * as v from 'valibot';
import type { ModelContent } from '../../model/content.ts';
import { ModelJsonSchema, type WeightSpec } from '../../model/model_json.ts';
import { currentRuntime, wasmBackend } from '../backend/backend.ts';
import type { LoadedModel } from '../loaded_model.ts';
import { checkDeclared, type DeclaredWeights } from '../weights/weight_allowance.ts';
import type { WeightFiles } from '../weights/weight_stream.ts';
import { loadGraphModel } from './graph_model.ts';
import { loadLayersModel } from './layers_model.ts';

export interface ModelFiles extends WeightFiles {
  readonly format: ModelContent['format'];
  /** The path of the file with the topology and the weights manifest. */
  readonly topology: string;
  /** Identifies the model within the isolate, also after a reload. */
  readonly name?: string;
  /** The properties of the weights that the version's manifest declares. Without it, they are not checked. */
  readonly declared?: DeclaredWeights;
  /** Receives the reason why a plan does not compute a shape. */
  readonly onUnplanned?: (reason: string) => void;
}

/**
 * Loads a model into the isolate's WebAssembly heap.
 *
 * @throws if a file cannot be read or does not describe a model that this runtime can load, after freeing all memory
 */
export async function loadModel(files: ModelFiles): Promise<LoadedModel> {
  await wasmBackend();
  const { onUnplanned = () => undefined } = files;
  const json = v.parse(ModelJsonSchema, JSON.parse(await readText(files.open(files.topology))));
  const isGraph = files.format === 'tfjs-graph-model';
  // Weights of the optimizer are skipped for layers. A graph uses all of its weights.
  const isKept = ({ group }: WeightSpec) => isGraph || group !== 'optimizer';
  if (files.declared !== undefined) checkDeclared(files.declared, json.weightsManifest, isKept);
  // Frees the arena before weights are allocated, since weights never move but the arena can.
  currentRuntime().arena.free();
  return isGraph ? loadGraphModel(json, files, onUnplanned) : loadLayersModel(json, files, onUnplanned);
}

async function readText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
