import type { NamedTensors, TensorValue } from '../model/tensor.ts';
import { type InputInfo, toTensor } from './to_tensor.ts';

export type DecodeOutcome =
  | { readonly kind: 'decoded'; readonly inputs: NamedTensors }
  | { readonly kind: 'invalid'; readonly message: string };

type InputInfos = Readonly<Record<string, InputInfo>>;

/** Makes the tensors of a caller's arguments and checks them against a signature: each of its inputs once. */
export function decodeInputs(
  given: Readonly<Record<string, unknown>>,
  inputs: InputInfos,
  model: string,
): DecodeOutcome {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(inputs, name));
  if (unknown !== undefined) return invalid(`model ${model} has no input "${unknown}"`, inputs);
  const decoded = new Map<string, TensorValue>();
  for (const [name, info] of Object.entries(inputs)) {
    if (!Object.hasOwn(given, name)) return invalid(`input "${name}" of model ${model} is missing`, inputs);
    const tensor = toTensor(given[name], info);
    if ('fault' in tensor) return invalid(`input "${name}" of model ${model} ${tensor.fault}`, inputs);
    decoded.set(name, tensor);
  }
  return { kind: 'decoded', inputs: decoded };
}

function invalid(message: string, inputs: InputInfos): DecodeOutcome {
  const expected = Object.entries(inputs).map(
    ([name, { dtype, shape }]) => `"${name}" (${dtype}, ${shape === null ? 'any shape' : `[${shape}]`})`,
  );
  return { kind: 'invalid', message: `${message}; its inputs are ${expected.join(', ')}` };
}
