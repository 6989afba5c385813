import type { ModelContent } from '../../model/content.ts';
import type { Signature, TensorInfo } from '../../model/signature.ts';
import { DATATYPE_OF_DTYPE } from './datatype.ts';
import type { ModelMetadata, TensorMetadata } from './schema.ts';

/** `version` is this project's. */
export const SERVER_METADATA = {
  name: 'edge-serving',
  version: '0.1.0',
  extensions: ['binary_tensor_data'],
};

const PLATFORMS = {
  'tfjs-graph-model': 'tensorflowjs_graphmodel',
  'tfjs-layers-model': 'tensorflowjs_layersmodel',
} as const satisfies Record<ModelContent['format'], ModelMetadata['platform']>;

/** A model's metadata; `versions` undefined where they could not be listed. */
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

/** The protocol has no word for a tensor whose rank is unknown; one dimension of any size comes nearest. */
function tensorMetadata([name, { dtype, shape }]: [string, TensorInfo]): TensorMetadata {
  return { name, datatype: DATATYPE_OF_DTYPE[dtype], shape: shape ?? [-1] };
}
