import type { GraphNode } from '@tensorflow/tfjs-converter';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import type { GraphTopology } from '../../../model/graph_topology.ts';
import { isJsonObject, type JsonObject } from '../../../model/json_object.ts';
import { ExecutionError } from '../../loaded_model.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Executor } from '../../plan/record/record_plan.ts';
import { DIRECT_MOVES, DIRECT_OPERATIONS } from './direct_operations.ts';

const NamesSchema = v.optional(v.record(v.string(), v.object({ name: v.string() })), {});
const SignatureSchema = v.optional(v.object({ inputs: NamesSchema, outputs: NamesSchema }), {});

interface Computed {
  readonly name: string;
  readonly operation: Operation;
  readonly needsFloats: boolean;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * Returns a function that makes the calls of kernels that tfjs's executor makes for a graph, in an order in which every
 * tensor is made before it is used. It needs none of the objects that tfjs makes of a graph, and does little else than the
 * calls: both take most of the time in which a new isolate outlines a plan.
 *
 * @param weightOf returns a weight by the name of its node
 * @returns undefined if only the executor computes the graph
 */
export function directExecutor(
  { nodes, functions }: GraphTopology,
  signature: JsonObject | undefined,
  weightOf: (name: string) => Tensor | undefined,
): Executor | undefined {
  const names = v.safeParse(SignatureSchema, signature);
  if (!names.success || functions.length > 0) return undefined;
  const computed = new Map<string, Computed>();
  for (const { name, op, input, attr } of nodes) {
    if (op === 'Const' || op === 'Placeholder') continue;
    const move = DIRECT_MOVES.get(op);
    const operation = move ?? (isOfFloats(attr.T) ? DIRECT_OPERATIONS.get(op) : undefined);
    const inputs = input.map(nodeOf).filter((each) => each !== undefined);
    if (operation === undefined || inputs.length < input.length) return undefined;
    computed.set(name, { name, operation, needsFloats: move === undefined, inputs, attributes: attr });
  }
  const { inputs: inputNames = {}, outputs: outputNames = {} } = names.output;
  const idOf = (name: string, given: Readonly<Record<string, { readonly name: string }>>): string => {
    const node = nodeOf(given[name]?.name ?? name);
    if (node === undefined) throw new ExecutionError(`${name} is not the first result of a node`);
    return node;
  };
  return (inputs, outputs) => {
    const given = new Map([...inputs].map(([name, tensor]) => [idOf(name, inputNames), tensor]));
    const asked = outputs.map((name) => idOf(name, outputNames));
    return computeInOrder(
      inOrder(computed, asked, given),
      asked,
      (name) => given.get(name) ?? weightOf(name),
    );
  };
}

/** Computes nodes, and frees each result after its last use unless it is asked for. */
function computeInOrder(
  nodes: readonly Computed[],
  asked: readonly string[],
  givenOf: (name: string) => Tensor | undefined,
): (Tensor | undefined)[] {
  const results = new Map<string, Tensor>();
  const uses = new Map<string, number>(asked.map((name) => [name, Number.POSITIVE_INFINITY]));
  for (const { inputs } of nodes) for (const name of inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const { name, operation, needsFloats, inputs, attributes } of nodes) {
    const tensors = inputs.map((input) => {
      const tensor = results.get(input) ?? givenOf(input);
      if (tensor === undefined) throw new ExecutionError(`the node ${name} lacks its input ${input}`);
      return tensor;
    });
    if (needsFloats && tensors[0]?.dtype !== 'float32')
      throw new ExecutionError(`the node ${name} is not of floats`);
    const result = operation(new DirectNode(tensors, attributes));
    if (Array.isArray(result)) throw new ExecutionError(`the node ${name} has several results`);
    results.set(name, result);
    for (const input of inputs) {
      const left = (uses.get(input) ?? 0) - 1;
      uses.set(input, left);
      const result = results.get(input);
      if (left === 0 && result !== undefined && !result.kept) result.dispose();
    }
  }
  return asked.map((name) => results.get(name) ?? givenOf(name));
}

/** Returns the nodes that outputs need, each after its inputs. */
function inOrder(
  computed: ReadonlyMap<string, Computed>,
  outputs: readonly string[],
  given: ReadonlyMap<string, unknown>,
): Computed[] {
  const order: Computed[] = [];
  const state = new Map<string, 'begun' | 'done'>();
  const waiting = [...outputs].reverse();
  for (let name = waiting.at(-1); name !== undefined; name = waiting.at(-1)) {
    const node = given.has(name) ? undefined : computed.get(name);
    if (node === undefined || state.get(name) === 'done') {
      waiting.pop();
    } else if (state.get(name) === 'begun') {
      waiting.pop();
      state.set(name, 'done');
      order.push(node);
    } else {
      state.set(name, 'begun');
      for (const input of node.inputs.toReversed()) {
        if (state.get(input) === 'begun') throw new ExecutionError(`the node ${input} needs its own result`);
        if (state.get(input) === undefined) waiting.push(input);
      }
    }
  }
  return order;
}

/** Returns the name of a node whose first result a reference is, or undefined for other references. */
function nodeOf(reference: string): string | undefined {
  if (reference.startsWith('^')) return undefined;
  const [name, index = '0', ...more] = reference.split(':');
  return index === '0' && more.length === 0 ? name : undefined;
}

/** True for the type of float32, also if it is not named. */
function isOfFloats(type: unknown): boolean {
  return type === undefined || (isJsonObject(type) && TYPES.get(type.type) === 'float32');
}

/** A node as operations read it: most of them only take its inputs. */
class DirectNode implements GraphNode {
  readonly inputs: Tensor[];
  /** The attributes in the JSON. */
  readonly node: { readonly rawAttrs: Readonly<Record<string, unknown>> };
  #decoded: GraphNode['attrs'] | undefined;

  constructor(inputs: Tensor[], rawAttrs: Readonly<Record<string, unknown>>) {
    this.inputs = inputs;
    this.node = { rawAttrs };
  }

  /** Numbers, lists of integers, booleans and types. Operations read others from the JSON. */
  get attrs(): GraphNode['attrs'] {
    this.#decoded ??= decodedAttributes(this.node.rawAttrs);
    return this.#decoded;
  }
}

/** The types of tensors that tfjs has, by the names and the numbers of TensorFlow's. */
const TYPES = new Map<unknown, 'float32' | 'int32' | 'bool'>([
  ['DT_FLOAT', 'float32'],
  [1, 'float32'],
  ['DT_INT32', 'int32'],
  [3, 'int32'],
  ['DT_BOOL', 'bool'],
  [10, 'bool'],
]);

function decodedAttributes(rawAttributes: Readonly<Record<string, unknown>>): GraphNode['attrs'] {
  const decoded: GraphNode['attrs'] = {};
  for (const [name, value] of Object.entries(rawAttributes)) {
    if (!isJsonObject(value)) continue;
    const { list, f, b } = value;
    const type = TYPES.get(value.type);
    if (isJsonObject(list) && Array.isArray(list.i)) decoded[name] = list.i.map(Number);
    else if (typeof f === 'number') decoded[name] = f;
    else if (typeof b === 'boolean') decoded[name] = b;
    else if (type !== undefined) decoded[name] = type;
  }
  return decoded;
}
