import { isJsonObject, type JsonObject } from '../../../worker/model/json_object.ts';
import type { TensorSource } from '../inbound_nodes.ts';

/** What a layer is called with: tensors and plain values, in lists and by names. */
export interface CallArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** A tensor in arguments, by what gives it. */
export class TensorReference {
  readonly source: TensorSource;

  constructor(source: TensorSource) {
    this.source = source;
  }
}

/**
 * The calls of a layer in a Functional model, from either form that Keras writes.
 *
 * @param isLayer whether a name is that of a layer of the model: Keras 2 writes tensors as lists that begin with one
 * @returns a text that says what cannot be understood
 */
export function readCalls(nodes: unknown, isLayer: (name: string) => boolean): CallArguments[] | string {
  if (nodes === undefined || nodes === null) return [];
  if (!Array.isArray(nodes)) return 'inbound_nodes is no list';
  const calls: CallArguments[] = [];
  for (const node of nodes) {
    const call = isJsonObject(node) && 'args' in node ? readCall(node) : readListedCall(node, isLayer);
    if (typeof call === 'string') return call;
    if (referencesIn([call.args, call.kwargs]).length > 0) calls.push(call);
  }
  return calls;
}

/** Keras 3's form. */
function readCall({ args, kwargs }: JsonObject): CallArguments {
  const named = isJsonObject(kwargs) ? kwargs : {};
  return {
    args: Array.isArray(args) ? args.map(argument) : [],
    kwargs: Object.fromEntries(Object.entries(named).map(([name, value]) => [name, argument(value)])),
  };
}

function argument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(argument);
  if (!isJsonObject(value)) return value;
  const { class_name: className, config } = value;
  if (className === '__keras_tensor__' && isJsonObject(config)) {
    const source = readSource(config.keras_history);
    return source === undefined ? value : new TensorReference(source);
  }
  if (className === '__tuple__') return argument(value.items);
  if ((className === '__tensor__' || className === '__numpy__') && isJsonObject(config)) return config.value;
  return className === undefined
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, argument(member)]))
    : value;
}

const CONSTANT = '_CONSTANT_VALUE';

/** Keras 2's form: tensors as `[layer, call, output, arguments]`, in a list if there are several. */
function readListedCall(node: unknown, isLayer: (name: string) => boolean): CallArguments | string {
  if (!Array.isArray(node)) return 'inbound_nodes are not understood';
  const sources: readonly unknown[] = typeof node[0] === 'string' ? [node] : node;
  const inputs: unknown[] = [];
  const kwargs: Record<string, unknown> = {};
  for (const source of sources) {
    if (!Array.isArray(source)) return 'inbound_nodes are not understood';
    const [name, , value, named]: unknown[] = source;
    const tensor = readSource(source);
    if (name === CONSTANT) inputs.push(value);
    else if (tensor === undefined) return 'inbound_nodes are not understood';
    else inputs.push(new TensorReference(tensor));
    for (const [member, given] of Object.entries(isJsonObject(named) ? named : {})) {
      kwargs[member] = listedArgument(given, isLayer);
    }
  }
  return { args: inputs.length === 1 ? inputs : [inputs], kwargs };
}

function listedArgument(value: unknown, isLayer: (name: string) => boolean): unknown {
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, listedArgument(member, isLayer)]),
    );
  }
  if (!Array.isArray(value)) return value;
  const source = value.length === 3 ? readSource(value) : undefined;
  if (source !== undefined && isLayer(source[0])) return new TensorReference(source);
  return value.map((member) => listedArgument(member, isLayer));
}

function readSource(value: unknown): TensorSource | undefined {
  if (!Array.isArray(value)) return undefined;
  const [layer, call, output]: unknown[] = value;
  if (typeof layer !== 'string' || typeof call !== 'number' || typeof output !== 'number') return undefined;
  return [layer, call, output];
}

/** All references in a structure, in order. */
export function referencesIn(value: unknown): TensorReference[] {
  if (value instanceof TensorReference) return [value];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(referencesIn) : [];
}

/** A structure with something in the place of its references. */
export function resolved(value: unknown, resolve: (reference: TensorReference) => unknown): unknown {
  if (value instanceof TensorReference) return resolve(value);
  if (Array.isArray(value)) return value.map((member) => resolved(member, resolve));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolved(member, resolve)]));
}
