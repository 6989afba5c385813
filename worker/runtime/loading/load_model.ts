import * as v from 'valibot';
import type { ModelContent } from '../../model/content.ts';
import { ModelJsonSchema, type WeightSpec } from '../../model/model_json.ts';
import type { PlanProofs } from '../../model/plan_proof.ts';
import { currentRuntime, wasmBackend } from '../backend/backend.ts';
import { runtimeDigest } from '../kernels/runtime_digest.ts';
import type { LoadedModel } from '../loaded_model.ts';
import { readPlanFile } from '../plan/prepared/plan_file.ts';
import type { PublishedPlan } from '../plan/prepared/published_plan.ts';
import type { StoredProofOutcome as ProofOutcome } from '../plan/run/stored_plans.ts';
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
  /** The proofs that the version was published with. */
  readonly proofs?: PlanProofs | undefined;
  /** The files of the prepared plans, in the order of the proofs, which are read meanwhile. It does not reject. */
  readonly prepared?: Promise<readonly (Uint8Array | undefined)[]>;
  /** Receives what became of each stored proof. */
  readonly onStoredProof?: (outcome: StoredProofOutcome) => void;
}

/** What became of a stored proof. One of another runtime says nothing about the plans of this one, and is not used. */
export type StoredProofOutcome = ProofOutcome | { readonly kind: 'other runtime' };

/**
 * Loads a model into the isolate's WebAssembly heap.
 *
 * @throws if a file cannot be read or does not describe a model that this runtime can load, after freeing all memory
 */
export async function loadModel(files: ModelFiles): Promise<LoadedModel> {
  await wasmBackend();
  const { onUnplanned = () => undefined, onStoredProof = () => undefined } = files;
  const json = v.parse(ModelJsonSchema, JSON.parse(await readText(files.open(files.topology))));
  const isGraph = files.format === 'tfjs-graph-model';
  // Weights of the optimizer are skipped for layers. A graph uses all of its weights.
  const isKept = ({ group }: WeightSpec) => isGraph || group !== 'optimizer';
  const prepared = await files.prepared;
  if (files.declared !== undefined) checkDeclared(files.declared, json.weightsManifest, isKept);
  // Frees the arena before weights are allocated, since weights never move but the arena can.
  currentRuntime().arena.free();
  const published = usablePlans(files.proofs, prepared, onStoredProof);
  const plans = { name: files.name, onRefused: onUnplanned, onStoredProof };
  return (isGraph ? loadGraphModel : loadLayersModel)(json, files, plans, published);
}

function usablePlans(
  proofs: PlanProofs | undefined,
  prepared: readonly (Uint8Array | undefined)[] = [],
  onStoredProof: (outcome: StoredProofOutcome) => void,
): readonly PublishedPlan[] {
  if (proofs === undefined) return [];
  if (proofs.runtime !== runtimeDigest()) {
    onStoredProof({ kind: 'other runtime' });
    return [];
  }
  return proofs.shapes.map((proof, index) => {
    const bytes = prepared[index];
    const file = bytes && readPlanFile(bytes);
    if (bytes !== undefined && file === undefined)
      onStoredProof({ kind: 'not prepared', reason: 'the prepared plan is damaged' });
    return { proof, file };
  });
}

async function readText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}
