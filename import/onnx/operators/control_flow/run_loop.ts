import { add, binary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { type Carried, type CarriedValue, whileLoop } from '../../../builder/while_loop.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { type OnnxValue, tensorOf } from '../../values/onnx_value.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { onlyElement } from '../shapes/sizes.ts';

/** Up to so many rounds are written out one after the other. */
const MOST_ROUNDS = 64;

/** What a loop makes in each round. */
interface Round {
  /** Whether another one follows; undefined where that does not change. */
  readonly goesOn: OnnxTensor | undefined;
  readonly states: readonly OnnxValue[];
  readonly collected: readonly OnnxTensor[];
}

export type Body = (
  g: NodeBuilder,
  round: OnnxTensor,
  states: readonly OnnxValue[],
  captured: readonly OnnxTensor[],
) => Round;

interface LoopParts {
  readonly body: Body;
  readonly states: readonly OnnxValue[];
  readonly captured: readonly OnnxTensor[];
  /** How many rounds there are at most. */
  readonly rounds: OnnxTensor | undefined;
  readonly isOn: OnnxTensor | undefined;
}

/** What is collected along a new first dimension, with the states at the end. */
interface Looped {
  readonly states: readonly OnnxValue[];
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

/** A loop of the graph's own: what the rounds read goes round with it. */
function asFunction(call: OperatorCall, parts: LoopParts): Looped {
  const { g } = call;
  const { captured } = parts;
  const { states, sample } = settled(g, parts);
  const limit = parts.rounds === undefined ? g.integers([2 ** 31 - 1], []) : onlyElement(g, parts.rounds);
  const isOn =
    parts.isOn === undefined ? binary(g, 'Equal', g.integers([0], []), 0) : onlyElement(g, parts.isOn);
  const carried: Carried[] = [
    { name: 'round', initial: g.integers([0], []) },
    { name: 'limit', initial: limit },
    { name: 'is_on', initial: isOn },
    ...states.map((initial, index) => ({ name: `state${index}`, initial })),
    ...captured.map((initial, index) => ({ name: `captured${index}`, initial })),
    ...sample.collected.map((each, index) => ({
      name: `list${index}`,
      initial: emptyList(g, each),
      isList: true as const,
    })),
  ];
  const result = whileLoop(g, carried, {
    goesOn: (inner, value) =>
      binary(inner, 'LogicalAnd', binary(inner, 'Less', value('round'), value('limit')), value('is_on')),
    round: (inner, value) => oneRound(inner, value, { ...parts, states }, sample),
  });
  return {
    states: states.map(({ type }, index) => typed(result(`state${index}`), type)),
    collected: sample.collected.map((each, index) => stacked(g, result(`list${index}`), each)),
  };
}

/**
 * The states with the sizes alone that no round changes, and a round over them, which tells what is collected. The nodes of
 * the trials are not used.
 */
function settled(g: NodeBuilder, { body, states, captured }: LoopParts) {
  let current = tensorsOf(states).map(({ elements: _, ...state }) => state);
  for (;;) {
    const trial = g.function('trial');
    const round = typed(trial.builder.integers([0], []), 'INT64');
    const sample = body(trial.builder, round, current, captured);
    const ends = tensorsOf(sample.states);
    const next = current.map((state, index) => {
      const after = ends[index] ?? refuseMalformed('gives fewer states than it carries');
      if (after.shape.length !== state.shape.length)
        return refuse('changes the number of dimensions of what it carries from round to round');
      return {
        ...state,
        shape: state.shape.map((size, axis) => (size === after.shape[axis] ? size : null)),
      };
    });
    const isSettled = next.every(({ shape }, index) =>
      shape.every((size, axis) => size === current[index]?.shape[axis]),
    );
    if (isSettled) return { states: current, sample };
    current = next;
  }
}

/** What a round makes of the values that go round. */
function oneRound(
  g: NodeBuilder,
  value: CarriedValue,
  { body, states, captured }: LoopParts,
  sample: Round,
): Map<string, SymbolicTensor> {
  const round = typed(value('round'), 'INT64');
  const made = body(
    g,
    round,
    tensorsOf(states).map(({ type }, index) => typed(value(`state${index}`), type)),
    captured.map((each, index) => typed(value(`captured${index}`), each.type, numbersOf(each))),
  );
  const changed = new Map<string, SymbolicTensor>([['round', add(g, round, 1)]]);
  if (made.goesOn !== undefined) changed.set('is_on', onlyElement(g, made.goesOn));
  for (const [index, state] of tensorsOf(made.states).entries()) changed.set(`state${index}`, state);
  for (const [index, each] of made.collected.entries()) {
    const list = [value(`list${index}`), each];
    const elements = elementsOf(sample.collected[index] ?? each);
    changed.set(`list${index}`, g.node('TensorListPushBack', list, { shape: [] }, elements));
  }
  return changed;
}

/** A function sees its arguments alone, which are tensors. */
const tensorsOf = (states: readonly OnnxValue[]): OnnxTensor[] =>
  states.map((state, index) => tensorOf(state, `state ${index}`));

const elementsOf = (each: OnnxTensor) => ({ element_dtype: typeValue(each.dtype) });

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
