import { add, binary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import type { ElementTypeName } from '../../values/element_types.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { onlyElement } from '../shapes/sizes.ts';

/** Up to so many rounds are written out one after the other. */
const MOST_ROUNDS = 64;

/** What a loop makes in each round. */
interface Round {
  /** Whether another one follows; undefined where that does not change. */
  readonly goesOn: OnnxTensor | undefined;
  readonly states: readonly OnnxTensor[];
  readonly collected: readonly OnnxTensor[];
}

export type Body = (
  g: NodeBuilder,
  round: OnnxTensor,
  states: readonly OnnxTensor[],
  captured: readonly OnnxTensor[],
) => Round;

interface LoopParts {
  readonly body: Body;
  readonly states: readonly OnnxTensor[];
  readonly captured: readonly OnnxTensor[];
  /** How many rounds there are at most. */
  readonly rounds: OnnxTensor | undefined;
  readonly isOn: OnnxTensor | undefined;
}

/** What is collected along a new first dimension, with the states at the end. */
interface Looped {
  readonly states: readonly OnnxTensor[];
  readonly collected: readonly OnnxTensor[];
}

/** Lets a body go round, written out if the number of rounds is known and small. */
export function runLoop(call: OperatorCall, parts: LoopParts): Looped {
  const { g } = call;
  const count = parts.rounds && numbersOf(parts.rounds)?.[0];
  const isAlways = parts.isOn === undefined || numbersOf(parts.isOn)?.[0] === 1;
  if (count !== undefined && count <= MOST_ROUNDS && isAlways) {
    const written = writtenOut(g, parts, count);
    if (written !== undefined) return written;
  }
  return asFunction(call, parts);
}

/** The rounds one after the other, if the condition does not end them. */
function writtenOut(
  g: NodeBuilder,
  { body, states, captured }: LoopParts,
  count: number,
): Looped | undefined {
  let current = states;
  const rows: (readonly OnnxTensor[])[] = [];
  for (let round = 0; round < count; round++) {
    const made = body(g, typed(g.integers([round], []), 'INT64', [round]), current, captured);
    const goesOn = made.goesOn === undefined ? 1 : numbersOf(made.goesOn)?.[0];
    if (goesOn !== 1) return undefined;
    current = made.states;
    rows.push(made.collected);
  }
  const [first] = rows;
  if (first === undefined) return undefined;
  const collected = first.map((each, index) => {
    const tensors = rows.map((row) => row[index] ?? each);
    const stacked = g.node(
      'Pack',
      tensors,
      { shape: [count, ...each.shape] },
      { N: { i: String(count) }, axis: { i: '0' } },
    );
    return typed(stacked, each.type);
  });
  return { states: current, collected };
}

interface Carried {
  readonly name: string;
  readonly type: string;
  readonly initial: SymbolicTensor;
}

const typeOf = (tensor: SymbolicTensor): string => typeValue(tensor.dtype).type ?? 'DT_FLOAT';

/** A loop of the graph's own: what the rounds read goes round with it, since a function sees its arguments alone. */
function asFunction(call: OperatorCall, parts: LoopParts): Looped {
  const { g } = call;
  const { states, captured } = parts;
  const open = states.map(({ elements: _, ...state }) => state);
  // A trial of one round tells what is collected; its nodes are not used.
  const trial = g.function('trial');
  const sample = parts.body(trial.builder, typed(trial.builder.integers([0], []), 'INT64'), open, captured);
  const limit = parts.rounds === undefined ? g.integers([2 ** 31 - 1], []) : onlyElement(g, parts.rounds);
  const isOn =
    parts.isOn === undefined ? binary(g, 'Equal', g.integers([0], []), 0) : onlyElement(g, parts.isOn);
  const lists = sample.collected.map((each) => emptyList(g, each));
  const carried: Carried[] = [
    { name: 'round', type: 'DT_INT32', initial: g.integers([0], []) },
    { name: 'limit', type: 'DT_INT32', initial: limit },
    { name: 'is_on', type: 'DT_BOOL', initial: isOn },
    ...states.map((state, index) => ({ name: `state${index}`, type: typeOf(state), initial: state })),
    ...captured.map((each, index) => ({ name: `captured${index}`, type: typeOf(each), initial: each })),
    ...lists.map((list, index) => ({ name: `list${index}`, type: 'DT_VARIANT', initial: list })),
  ];
  const condition = addCondition(g, carried);
  const body = addBody(g, parts, open, sample, carried);
  const shapes = carried.map(({ name, initial }) => {
    const index = name.startsWith('state') ? Number(name.slice(5)) : -1;
    const after = sample.states[index];
    if (after !== undefined && after.shape.length !== initial.shape.length) {
      return refuse('changes the number of dimensions of what it carries from round to round');
    }
    const shape =
      after === undefined
        ? initial.shape
        : initial.shape.map((size, axis) => (size === after.shape[axis] ? size : null));
    return { shape, dtype: initial.dtype };
  });
  const results = g.nodeWith(
    'StatelessWhile',
    carried.map(({ initial }) => initial),
    shapes,
    {
      T: { list: { type: carried.map(({ type }) => type) } },
      cond: { func: { name: condition } },
      body: { func: { name: body } },
    },
  );
  const result = (name: string): SymbolicTensor =>
    results[carried.findIndex((each) => each.name === name)] ?? refuseMalformed(`gives no ${name}`);
  return {
    states: states.map(({ type }, index) => typed(result(`state${index}`), type)),
    collected: sample.collected.map((each, index) => stacked(g, result(`list${index}`), each)),
  };
}

const elementsOf = (each: OnnxTensor) => ({ element_dtype: { type: typeOf(each) } });

function emptyList(g: NodeBuilder, each: OnnxTensor): SymbolicTensor {
  const sizes = g.integers(each.shape.map((size) => size ?? -1));
  const attributes = { ...elementsOf(each), shape_type: typeValue('int32') };
  return g.node('EmptyTensorList', [sizes, g.integers([-1], [])], { shape: [] }, attributes);
}

function stacked(g: NodeBuilder, list: SymbolicTensor, each: OnnxTensor): OnnxTensor {
  const sizes = g.integers(each.shape.map((size) => size ?? -1));
  const result = g.node(
    'TensorListStack',
    [list, sizes],
    { shape: [null, ...each.shape], dtype: each.dtype },
    { ...elementsOf(each), num_elements: { i: '-1' } },
  );
  return typed(result, each.type);
}

function addCondition(g: NodeBuilder, carried: readonly Carried[]): string {
  const { builder, name } = g.function('condition');
  const [round, limit, isOn] = carried.map((each) => ({ ...each.initial, ref: each.name }));
  if (round === undefined || limit === undefined || isOn === undefined)
    throw new Error('a loop counts its rounds');
  const goesOn = binary(builder, 'LogicalAnd', binary(builder, 'Less', round, limit), isOn);
  g.addFunction({
    name,
    inputs: carried.map(({ name: argument, type }) => ({ name: argument, type })),
    outputs: [{ name: 'goes_on', type: 'DT_BOOL' }],
    nodes: builder.nodes,
    results: { goes_on: goesOn.ref },
  });
  return name;
}

function addBody(
  graph: NodeBuilder,
  { body, captured }: LoopParts,
  states: readonly OnnxTensor[],
  sample: Round,
  carried: readonly Carried[],
): string {
  const { builder: g, name } = graph.function('body');
  const argument = (wanted: string, type: ElementTypeName, shape: OnnxTensor['shape']): OnnxTensor => ({
    ref: wanted,
    type,
    shape,
    dtype: carried.find((each) => each.name === wanted)?.initial.dtype ?? 'float32',
  });
  const round = argument('round', 'INT64', []);
  const made = body(
    g,
    round,
    states.map(({ type, shape }, index) => argument(`state${index}`, type, shape)),
    captured.map((each, index) => ({
      ...argument(`captured${index}`, each.type, each.shape),
      ...numbersIn(each),
    })),
  );
  const results = new Map<string, string>([['round', add(g, round, 1).ref]]);
  if (made.goesOn !== undefined) results.set('is_on', onlyElement(g, made.goesOn).ref);
  for (const [index, state] of made.states.entries()) results.set(`state${index}`, state.ref);
  for (const [index, each] of made.collected.entries()) {
    const list = { ref: `list${index}`, dtype: 'float32' as const, shape: [] };
    const value = sample.collected[index] ?? each;
    results.set(
      `list${index}`,
      g.node('TensorListPushBack', [list, each], { shape: [] }, elementsOf(value)).ref,
    );
  }
  graph.addFunction({
    name,
    inputs: carried.map(({ name: own, type }) => ({ name: own, type })),
    outputs: carried.map(({ name: own, type }) => ({ name: `${own}_out`, type })),
    nodes: g.nodes,
    results: Object.fromEntries(carried.map(({ name: own }) => [`${own}_out`, results.get(own) ?? own])),
  });
  return name;
}

function numbersIn(each: OnnxTensor): Pick<OnnxTensor, 'elements'> {
  const numbers = numbersOf(each);
  return numbers === undefined ? {} : { elements: numbers };
}
