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
  /** The path of the file that holds topology and weights manifest. */
  readonly topology: string;
  /** Names the model for as long as the isolate lives, also when it is loaded anew. */
  readonly name?: string;
  /** What its manifest says of its weights; without it they may be any. */
  readonly declared?: DeclaredWeights;
  /** Told why a shape is not computed by a plan. */
  readonly onUnplanned?: (reason: string) => void;
}

/**
 * Loads a model into the isolate's one WebAssembly heap.
 *
 * @throws if a file cannot be read or does not describe a model that this runtime can load; nothing stays
 * allocated then.
 */
export async function loadModel(files: ModelFiles): Promise<LoadedModel> {
  await wasmBackend();
  const { onUnplanned = () => undefined } = files;
  const json = v.parse(ModelJsonSchema, JSON.parse(await readText(files.open(files.topology))));
  const isGraph = files.format === 'tfjs-graph-model';
  // What training left behind is not kept of layers; a graph keeps all that it is given.
  const isKept = ({ group }: WeightSpec) => isGraph || group !== 'optimizer';
  if (files.declared !== undefined) checkDeclared(files.declared, json.weightsManifest, isKept);
  // Weights stay where they are put, the arena does not.
  currentRuntime().arena.free();
  return isGraph ? loadGraphModel(json, files, onUnplanned) : loadLayersModel(json, files, onUnplanned);
}

async function readText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
