import type { ModelContent } from '../../model/content.ts';
import type { Signature, TensorInfo } from '../../model/signature.ts';
import { DATATYPE_OF_DTYPE } from './datatype.ts';
import type { ModelMetadata, TensorMetadata } from './schema.ts';

/** `version` is the version of this project. */
export const SERVER_METADATA = {
  name: 'edge-serving',
  version: '0.1.0',
  extensions: ['binary_tensor_data'],
};

export const PLATFORMS = {
  'tfjs-graph-model': 'tensorflowjs_graphmodel',
  'tfjs-layers-model': 'tensorflowjs_layersmodel',
} as const satisfies Record<ModelContent['format'], ModelMetadata['platform']>;

/** Returns a model's metadata. `versions` is undefined if they could not be listed. */
export function modelMetadata(
  name: string,
  format: ModelContent['format'],
  signature: Signature,
  versions: readonly string[] | undefined,
): ModelMetadata {
  return {
    name,
    ...(versions && { versions: [...versions] }),
    platform: PLATFORMS[format],
    inputs: Object.entries(signature.inputs).map(tensorMetadata),
    outputs: Object.entries(signature.outputs).map(tensorMetadata),
  };
}

/** The protocol cannot express an unknown rank. One dimension of any size is closest to it. */
function tensorMetadata([name, { dtype, shape }]: [string, TensorInfo]): TensorMetadata {
  return { name, datatype: DATATYPE_OF_DTYPE[dtype], shape: shape ?? [-1] };
}
