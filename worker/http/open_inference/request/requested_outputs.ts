import type { Signature } from '../../../model/signature.ts';
import { DATATYPE_OF_DTYPE } from '../datatype.ts';
import { type Invalid, invalid } from '../outcome.ts';
import type { ParsedRequest } from './parse_request.ts';

/** A requested output. Binary data follows the JSON. */
export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
  /** How many classes replace the values; undefined for the values. */
  readonly classes?: number | undefined;
}

/** Returns the outputs that a request names, in its order, or all outputs of the signature if it names none. */
export function wantedOutputs(
  parsed: ParsedRequest,
  signature: Signature,
  model: string,
): WantedOutput[] | Invalid {
  const names = Object.keys(signature.outputs);
  if (parsed.kind === 'raw') return names.map((name) => ({ name, binary: true }));
  const { parameters, outputs = [] } = parsed.request;
  const byDefault = parameters?.binary_data_output ?? false;
  if (outputs.length === 0) return names.map((name) => ({ name, binary: byDefault }));
  const wanted = new Map<string, WantedOutput>();
  for (const { name, parameters: of } of outputs) {
    const info = Object.hasOwn(signature.outputs, name) ? signature.outputs[name] : undefined;
    if (info === undefined) {
      return invalid(`unexpected inference output '${name}' for model '${model}'`);
    }
    if (wanted.has(name)) return invalid(`output '${name}' already exists in request`);
    if (of?.shared_memory_region !== undefined) {
      return invalid(`output '${name}': the parameter shared_memory_region is not supported`);
    }
    // Triton's clients send no zero, and Triton takes it for none.
    const classes = of?.classification === 0 ? undefined : of?.classification;
    if (classes !== undefined && (info.dtype === 'string' || info.dtype === 'bool')) {
      const datatype = DATATYPE_OF_DTYPE[info.dtype];
      const why = `class result not available for output due to unsupported type '${datatype}'`;
      return invalid(`output '${name}': ${why}`);
    }
    wanted.set(name, { name, binary: of?.binary_data ?? byDefault, classes });
  }
  return [...wanted.values()];
}
