import type { RequestScope, Serving } from '../../serving/api.ts';
import { usableModels } from '../model_list.ts';
import { type TensorDescription, tensorDescriptions } from '../tensor_descriptions.ts';
import { type ExampleRequest, exampleRequest } from './example_request.ts';

/** What a client needs to know to use the models. */
export interface ModelIndex {
  readonly models: readonly (IndexedModel | UnavailableModel)[];
  /** Models that are only listed, since describing each takes reads of storage. */
  readonly more: readonly string[];
}

export interface IndexedModel {
  readonly name: string;
  readonly version: string;
  readonly generation: number;
  readonly signatures: Readonly<Record<string, IndexedSignature>>;
  readonly example: ExampleRequest | undefined;
}

export interface UnavailableModel {
  readonly name: string;
  readonly unavailable: string;
}

interface IndexedSignature {
  readonly inputs: Readonly<Record<string, TensorDescription>>;
  readonly outputs: Readonly<Record<string, TensorDescription>>;
}

/** A request may make 50 reads on Cloudflare's free plan, and a model takes two. */
const MOST_DESCRIBED = 20;

/** Describes the current versions of all models that the request may use. Resolves to undefined if storage cannot be read. */
export async function modelIndex(serving: Serving, scope: RequestScope): Promise<ModelIndex | undefined> {
  const published = await serving.models();
  if (published === undefined) return undefined;
  const names = usableModels(published, scope);
  const described = names.slice(0, MOST_DESCRIBED).map((name) => describe(serving, name, scope));
  return { models: await Promise.all(described), more: names.slice(MOST_DESCRIBED) };
}

async function describe(
  serving: Serving,
  name: string,
  scope: RequestScope,
): Promise<IndexedModel | UnavailableModel> {
  const outcome = await serving.describe({ model: name, selector: { kind: 'current' } }, scope);
  if (outcome.kind !== 'described') {
    return { name, unavailable: outcome.kind === 'unavailable' ? outcome.reason : outcome.kind };
  }
  const { by, signatures, image } = outcome;
  return {
    name,
    version: by.version,
    generation: by.generation,
    signatures: Object.fromEntries(
      Object.entries(signatures).map(([signature, { inputs, outputs }]) => [
        signature,
        { inputs: tensorDescriptions(inputs), outputs: tensorDescriptions(outputs) },
      ]),
    ),
    example: exampleRequest(name, signatures, image),
  };
}
