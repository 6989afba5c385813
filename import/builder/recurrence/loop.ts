import { add, binary } from '../elementwise.ts';
import { type NodeBuilder, typeValue } from '../node_builder.ts';
import { dimension, gather, shapeTensor, transpose } from '../shaping.ts';
import { rank, type SymbolicTensor } from '../symbolic_tensor.ts';
import { type Carried, type CarriedValue, whileLoop } from '../while_loop.ts';
import type { Cell, Sequence, Step } from './cell.ts';
import { maskedStep } from './masked_step.ts';

interface LoopOptions {
  readonly mask: SymbolicTensor | undefined;
  readonly start: Step;
  readonly returnsSequence: boolean;
  readonly zeroForMask: boolean;
}

const ELEMENTS = { element_dtype: { type: 'DT_FLOAT' } };

/** A loop over [batch, steps, ...]. */
export function loop(g: NodeBuilder, cell: Cell, x: SymbolicTensor, options: LoopOptions): Sequence {
  const { mask, start, returnsSequence } = options;
  const count = dimension(g, x, 1);
  const steps = typeof count === 'number' ? g.integers([count], []) : count;
  const carried: Carried[] = [
    { name: 'step', initial: g.integers([0], []) },
    { name: 'steps', initial: steps },
    { name: 'inputs', initial: stepsFirst(g, x) },
    { name: 'output', initial: start.output },
    ...start.states.map((initial, index) => ({ name: `state${index}`, initial })),
    ...cell.constants.map((initial, index) => ({ name: `constant${index}`, initial })),
    ...(mask === undefined ? [] : [{ name: 'mask', initial: stepsFirst(g, mask) }]),
    ...(mask === undefined || !options.zeroForMask ? [] : [{ name: 'zeros', initial: start.output }]),
    ...(returnsSequence
      ? [{ name: 'outputs', isList: true as const, initial: reserved(g, start.output, steps) }]
      : []),
  ];
  const result = whileLoop(g, carried, {
    goesOn: (inner, value) => binary(inner, 'Less', value('step'), value('steps')),
    round: (inner, value) => oneStep(inner, value, cell, options),
  });
  return {
    output: returnsSequence ? collected(g, result('outputs'), start.output, x) : result('output'),
    states: start.states.map((_, index) => result(`state${index}`)),
  };
}

function stepsFirst(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return transpose(g, x, [1, 0, ...[...x.shape.keys()].slice(2)]);
}

/** An empty list for what the steps give. */
function reserved(g: NodeBuilder, output: SymbolicTensor, steps: SymbolicTensor): SymbolicTensor {
  const elements = g.integers(output.shape.map((size) => size ?? -1));
  return g.node(
    'TensorListReserve',
    [elements, steps],
    { shape: [] },
    { ...ELEMENTS, shape_type: typeValue('int32') },
  );
}

/** What the steps gave, [batch, steps, ...]. */
function collected(
  g: NodeBuilder,
  list: SymbolicTensor,
  output: SymbolicTensor,
  x: SymbolicTensor,
): SymbolicTensor {
  const sizes = output.shape.map((_, axis) => dimension(g, output, axis));
  const [batch, ...rest] = output.shape;
  const stacked = g.node(
    'TensorListStack',
    [list, shapeTensor(g, sizes)],
    { shape: [x.shape[1] ?? null, batch ?? null, ...rest], dtype: 'float32' },
    { ...ELEMENTS, num_elements: { i: '-1' } },
  );
  return transpose(g, stacked, [1, 0, ...Array.from({ length: rank(output) - 1 }, (_, index) => index + 2)]);
}

/** What a step makes of the values that go round. */
function oneStep(
  g: NodeBuilder,
  value: CarriedValue,
  cell: Cell,
  { mask, zeroForMask, start, returnsSequence }: LoopOptions,
): Map<string, SymbolicTensor> {
  const step = value('step');
  const before: Step = {
    output: value('output'),
    states: start.states.map((_, index) => value(`state${index}`)),
  };
  const constants = cell.constants.map((_, index) => value(`constant${index}`));
  const next = cell.step(g, gather(g, value('inputs'), step, 0), before.states, constants);
  const zeros: Step = { output: zeroForMask && mask ? value('zeros') : before.output, states: [] };
  const kept =
    mask === undefined
      ? next
      : maskedStep(g, gather(g, value('mask'), step, 0), next, before, zeros, zeroForMask);
  const changed = new Map<string, SymbolicTensor>([
    ['step', add(g, step, 1)],
    ['output', kept.output],
    ...kept.states.map((state, index): [string, SymbolicTensor] => [`state${index}`, state]),
  ]);
  if (returnsSequence) {
    const list = [value('outputs'), step, kept.output];
    changed.set('outputs', g.node('TensorListSetItem', list, { shape: [] }, ELEMENTS));
  }
  return changed;
}
