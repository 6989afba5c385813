import * as v from 'valibot';
import type { DataType } from '../../../worker/model/dtype.ts';
import { isJsonObject } from '../../../worker/model/json_object.ts';
import type { Shape } from '../../builder/symbolic_tensor.ts';
import { type KerasObject, unwrap } from '../keras_object.ts';

const ShapeSchema = v.array(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))));

/** What a layer takes, the batch first; undefined where its configuration does not say. */
export function inputShape({ config }: Pick<KerasObject, 'config'>): Shape | undefined {
  const parsed = v.safeParse(ShapeSchema, unwrap(config.batch_input_shape ?? config.batch_shape));
  return parsed.success ? parsed.output : undefined;
}

/** The type that the server computes with in place of Keras's, or the reason why it computes none. */
export function inputType({ config, className }: KerasObject): DataType | { readonly problem: string } {
  if (config.sparse === true) return { problem: 'a sparse input' };
  if (config.ragged === true) return { problem: 'a ragged input' };
  const plain = unwrap(config.input_dtype ?? config.dtype);
  const name = isJsonObject(plain) ? plain.name : plain;
  if (typeof name !== 'string') return 'float32';
  // The type of another layer is what it computes with, which is not what an Embedding takes.
  if (className === 'Embedding' && config.input_dtype === undefined) return 'float32';
  if (/^u?int\d+$/.test(name)) return 'int32';
  return name === 'bool' || name === 'string' ? name : 'float32';
}
