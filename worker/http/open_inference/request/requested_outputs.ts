import type { Signature } from '../../../model/signature.ts';
import { type Invalid, invalid } from '../outcome.ts';
import type { ParsedRequest } from './parse_request.ts';

/** A requested output. Binary data follows the JSON. */
export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
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
    if (!Object.hasOwn(signature.outputs, name)) {
      return invalid(`unexpected inference output '${name}' for model '${model}'`);
    }
    if (wanted.has(name)) return invalid(`output '${name}' already exists in request`);
    for (const unsupported of ['classification', 'shared_memory_region']) {
      if (of !== undefined && Object.hasOwn(of, unsupported)) {
        return invalid(`output '${name}': the parameter ${unsupported} is not supported`);
      }
    }
    wanted.set(name, { name, binary: of?.binary_data ?? byDefault });
  }
  return [...wanted.values()];
}
