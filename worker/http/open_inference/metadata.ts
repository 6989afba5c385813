import type { ModelContent } from '../../model/content.ts';
import { type ImageInput, valueRange } from '../../model/image_input.ts';
import type { Signature, TensorInfo } from '../../model/signature.ts';
import { DATATYPE_OF_DTYPE } from './datatype.ts';
import type { ModelMetadata, TensorMetadata } from './schema.ts';

/** `version` is the version of this project. */
export const SERVER_METADATA = {
  name: 'edge-serving',
  version: '0.1.0',
  extensions: ['binary_tensor_data', 'classification', 'model_configuration', 'statistics'],
};

export const PLATFORMS = {
  'tfjs-graph-model': 'tensorflowjs_graphmodel',
  'tfjs-layers-model': 'tensorflowjs_layersmodel',
} as const satisfies Record<ModelContent['format'], ModelMetadata['platform']>;

/**
 * Returns a model's metadata. Parameters of the tensors tell the names of classes, and the least and
 * the largest value that an image has or that an input takes.
 *
 * @param image the input of this signature that an image becomes, if there is one
 * @param versions undefined if they could not be listed
 */
export function modelMetadata(
  name: string,
  format: ModelContent['format'],
  signature: Signature,
  image: ImageInput | undefined,
  versions: readonly string[] | undefined,
): ModelMetadata {
  return {
    name,
    ...(versions && { versions: [...versions] }),
    platform: PLATFORMS[format],
    inputs: Object.entries(signature.inputs).map(([input, info]) => {
      const described = tensorMetadata(input, info);
      if (image?.input === input)
        return { ...described, parameters: { ...valueRange(image), channels: image.channels } };
      if (info.range === undefined) return described;
      const [minimum, maximum] = info.range;
      return { ...described, parameters: { minimum, maximum } };
    }),
    outputs: Object.entries(signature.outputs).map(([output, info]) => {
      const described = tensorMetadata(output, info);
      const { classes } = info;
      return classes === undefined
        ? described
        : { ...described, parameters: { classes: JSON.stringify(classes) } };
    }),
  };
}

/** The protocol cannot express an unknown rank. One dimension of any size is closest to it. */
function tensorMetadata(name: string, { dtype, shape }: TensorInfo): TensorMetadata {
  return { name, datatype: DATATYPE_OF_DTYPE[dtype], shape: shape ?? [-1] };
}
