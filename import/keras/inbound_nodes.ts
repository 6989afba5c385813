import { isJsonObject, type JsonObject } from '../../worker/model/json_object.ts';

/** A tensor by its source: the layer, the index of the call, and the index of the output. */
export type TensorSource = readonly [layer: string, call: number, output: number];

/** A call of a layer on tensors. */
export interface LayerCall {
  readonly inputs: readonly TensorSource[];
  /** Tensors that are passed as masks. tfjs supports only masks that layers make themselves. */
  readonly masks: readonly TensorSource[];
}

/**
 * Reads the calls of a layer in a Functional model, in either of Keras's forms: lists of `[layer, call, output,
 * arguments]`, or Keras 3's `args` and `kwargs` with tensors.
 *
 * @returns the calls, or a text about the part that is not understood
 */
export function readInboundNodes(
  nodes: unknown,
  allowed: 'tensors alone' | 'values beside tensors' = 'tensors alone',
): readonly LayerCall[] | string {
  if (nodes === undefined || nodes === null) return [];
  if (!Array.isArray(nodes)) return 'inbound_nodes is no list';
  const calls: LayerCall[] = [];
  for (const node of nodes) {
    const call =
      isJsonObject(node) && !('class_name' in node) ? readCall(node, allowed) : readListedCall(node);
    if (typeof call === 'string') return call;
    // For inputs, Keras 3 lists no calls, and Keras 2 lists calls without tensors.
    if (call.inputs.length > 0) calls.push(call);
  }
  return calls;
}

/** Reads a call in Keras 3's form. */
function readCall({ args, kwargs }: JsonObject, allowed: string): LayerCall | string {
  if (allowed !== 'tensors alone') return { inputs: [...tensorsIn(args), ...tensorsIn(kwargs)], masks: [] };
  const inputs = tensorsIn(args);
  const masks: TensorSource[] = [];
  for (const [name, value] of Object.entries(isJsonObject(kwargs) ? kwargs : {})) {
    if (name === 'training' || value === null) continue;
    const tensors = tensorsIn(value);
    if (name === 'mask') masks.push(...tensors);
    else if (tensors.length === 0) return `called with ${name}`;
    // A tensor given by name is the first input or follows it.
    else if (name === 'initial_state' || name === 'inputs') inputs.push(...tensors);
    else return `called with a tensor as ${name}`;
  }
  const values = (Array.isArray(args) ? args : []).filter(
    (value: unknown) => value !== null && tensorsIn(value).length === 0,
  );
  if (values.length > 0) return 'called with values that are no tensors';
  return { inputs, masks };
}

/** Returns all Keras tensors in a structure, in order. */
function tensorsIn(value: unknown): TensorSource[] {
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (!isJsonObject(value)) return [];
  if (value.class_name === '__keras_tensor__' && isJsonObject(value.config)) {
    const source = readSource(value.config.keras_history);
    return source === undefined ? [] : [source];
  }
  if (value.class_name === '__tuple__') return tensorsIn(value.items);
  return value.class_name === undefined ? Object.values(value).flatMap(tensorsIn) : [];
}

/** Reads a call in Keras 2's form: a list of sources, or a single source. */
function readListedCall(node: unknown): LayerCall | string {
  if (!Array.isArray(node)) return 'inbound_nodes are not understood';
  const sources: readonly unknown[] = typeof node[0] === 'string' ? [node] : node;
  const inputs: TensorSource[] = [];
  const masks: TensorSource[] = [];
  for (const source of sources) {
    const tensor = readSource(source);
    if (tensor === undefined) return 'inbound_nodes are not understood';
    inputs.push(tensor);
    const named: unknown = Array.isArray(source) ? source[3] : undefined;
    for (const [name, value] of Object.entries(isJsonObject(named) ? named : {})) {
      if (name === 'training' || value === null) continue;
      if (name === 'mask') {
        const mask = readSource(value);
        if (mask === undefined) return 'called with a mask that is not understood';
        masks.push(mask);
      } else if (name === 'initial_state') {
        const states = Array.isArray(value) ? value.map(readSource) : [];
        for (const state of states) {
          if (state === undefined) return 'called with an initial_state that is not understood';
          inputs.push(state);
        }
      } else return `called with ${name}`;
    }
  }
  return { inputs, masks };
}

function readSource(value: unknown): TensorSource | undefined {
  if (!Array.isArray(value)) return undefined;
  const [layer, call, output]: unknown[] = value;
  if (typeof layer !== 'string' || typeof call !== 'number' || typeof output !== 'number') return undefined;
  return [layer, call, output];
}

/**
 * Reads the inputs or outputs of a Functional model: a list of tensors, a single tensor, or a dictionary in its order.
 */
export function readSources(value: unknown): readonly TensorSource[] | undefined {
  const single = readSource(value);
  if (single !== undefined) return [single];
  const members = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : undefined;
  if (members === undefined) return undefined;
  const sources: TensorSource[] = [];
  for (const member of members) {
    const inner = readSources(member);
    if (inner === undefined) return undefined;
    sources.push(...inner);
  }
  return sources;
}

/** The names of outputs in a dictionary, in its order; undefined where they are not in one. */
export function keysOfOutputs(value: unknown): string[] | undefined {
  if (!isJsonObject(value)) return undefined;
  const isFlat = Object.values(value).every((member) => readSource(member) !== undefined);
  return isFlat ? Object.keys(value) : undefined;
}
