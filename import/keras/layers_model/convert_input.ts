import type { JsonObject } from '../../../worker/model/json_object.ts';
import { unwrap } from '../keras_object.ts';
import { inputDataType } from './convert_layer.ts';
import type { LayerConversion } from './tfjs_layer.ts';

/** Converts an InputLayer. Its shape is `batch_input_shape` in Keras 2 and `batch_shape` in Keras 3. */
export function convertInput({ config }: { readonly config: JsonObject }): LayerConversion {
  const shape = unwrap(config.batch_input_shape ?? config.batch_shape);
  const reasons: string[] = [];
  if (!isShape(shape)) reasons.push('an input without a shape');
  if (config.sparse === true) reasons.push('a sparse input');
  if (config.ragged === true) reasons.push('a ragged input');
  const dtype = inputDataType(config.dtype);
  if (dtype === 'string') reasons.push('an input of strings, which no layer of tfjs takes');
  if (reasons.length > 0) return { kind: 'refused', reasons };
  return {
    kind: 'converted',
    chain: [{ className: 'InputLayer', config: { batch_input_shape: shape, dtype, sparse: false } }],
    weighted: 0,
  };
}

function isShape(shape: unknown): boolean {
  return (
    Array.isArray(shape) &&
    shape.every(
      (size: unknown) =>
        size === null || (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0),
    )
  );
}
