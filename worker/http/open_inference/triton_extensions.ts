import type { ModelContent } from '../../model/content.ts';
import type { Signature, TensorInfo } from '../../model/signature.ts';
import { PLATFORMS } from './metadata.ts';
import type { ModelConfiguration, RepositoryIndex, TensorConfiguration } from './schema.ts';

/** The answer to a request to load or to unload a model. */
export const NOT_BY_CLIENTS =
  'Clients do not load or unload models: an isolate loads a version when a request needs it, and unloads it when others ' +
  'need the memory. To serve another version, use publish, promote or rollback';

const TYPES = {
  float32: 'TYPE_FP32',
  int32: 'TYPE_INT32',
  bool: 'TYPE_BOOL',
  string: 'TYPE_STRING',
} as const satisfies Record<TensorInfo['dtype'], TensorConfiguration['data_type']>;

/** Returns a model's configuration in the form of Triton's, as far as its clients use it. */
export function modelConfiguration(
  name: string,
  format: ModelContent['format'],
  signature: Signature,
): ModelConfiguration {
  return {
    name,
    platform: PLATFORMS[format],
    backend: 'edge-serving',
    max_batch_size: 0,
    input: Object.entries(signature.inputs).map(tensorConfiguration),
    output: Object.entries(signature.outputs).map(tensorConfiguration),
  };
}

/** An unknown rank is one dimension of any size, as in the metadata. */
function tensorConfiguration([name, { dtype, shape }]: [string, TensorInfo]): TensorConfiguration {
  return { name, data_type: TYPES[dtype], dims: shape ?? [-1] };
}

/** Returns the models in the form of Triton's index. Each can be requested, since models load on demand. */
export function repositoryIndex(models: readonly string[]): RepositoryIndex {
  return models.map((name) => ({ name, state: 'READY', reason: '' }));
}
