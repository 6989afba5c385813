import type { GoldenExample, TensorValue } from './golden_schema.ts';
import type { tf } from './tensorflow.ts';

/**
 * One golden example of the default signature, in columnar form.
 * The tolerance is absolute and covers the difference between tfjs backends.
 */
export function goldenExample(
  inputs: Readonly<Record<string, tf.Tensor>>,
  outputs: Readonly<Record<string, tf.Tensor>>,
): GoldenExample {
  return {
    signature_name: 'serving_default',
    inputs: tensorValues(inputs),
    outputs: tensorValues(outputs),
    tolerance: 1e-5,
  };
}

/** A golden example of a layers model with one input and one output, named after those layers. */
export function layersGoldenExample(model: tf.LayersModel, input: tf.Tensor): GoldenExample {
  const [inputName, ...otherInputs] = model.inputNames;
  const [outputName, ...otherOutputs] = model.outputNames;
  const output = model.predict(input);
  if (inputName === undefined || outputName === undefined || Array.isArray(output)) {
    throw new Error('the model must have a named input and one output');
  }
  if (otherInputs.length + otherOutputs.length > 0) {
    throw new Error('the model has more than one input or output');
  }
  return goldenExample({ [inputName]: input }, { [outputName]: output });
}

function tensorValues(tensors: Readonly<Record<string, tf.Tensor>>): Record<string, TensorValue> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, shortened(tensor.arraySync())]),
  );
}

function shortened(value: TensorValue): TensorValue {
  return typeof value === 'number' ? shortestFloat32(value) : value.map(shortened);
}

/** The decimal number with the fewest digits that is still this float32. */
function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
