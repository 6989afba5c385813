import type { DataType } from '../../../worker/model/dtype.ts';
import { add, binary } from '../elementwise.ts';
import { type NodeBuilder, typeValue } from '../node_builder.ts';
import { dimension, gather, shapeTensor, transpose } from '../shaping.ts';
import { rank, type SymbolicTensor } from '../symbolic_tensor.ts';
import type { Cell, Sequence, Step } from './cell.ts';
import { maskedStep } from './masked_step.ts';

interface LoopOptions {
  readonly mask: SymbolicTensor | undefined;
  readonly start: Step;
  readonly returnsSequence: boolean;
  readonly zeroForMask: boolean;
}

/** A value that a loop carries from step to step. */
interface Carried {
  readonly name: string;
  readonly type: string;
  readonly initial: SymbolicTensor;
}

const ELEMENTS = { element_dtype: { type: 'DT_FLOAT' } };

/** A loop over [batch, steps, ...]. What all steps share goes round with it: a function sees its arguments alone. */
export function loop(g: NodeBuilder, cell: Cell, x: SymbolicTensor, options: LoopOptions): Sequence {
  const { mask, start, returnsSequence } = options;
  const count = dimension(g, x, 1);
  const steps = typeof count === 'number' ? g.integers([count], []) : count;
  const carried: Carried[] = [
    carry('step', g.integers([0], [])),
    carry('steps', steps),
    carry('inputs', stepsFirst(g, x)),
    carry('output', start.output),
    ...start.states.map((state, index) => carry(`state${index}`, state)),
    ...cell.constants.map((constant, index) => carry(`constant${index}`, constant)),
    ...(mask === undefined ? [] : [carry('mask', stepsFirst(g, mask))]),
    ...(mask === undefined || !options.zeroForMask ? [] : [carry('zeros', start.output)]),
    ...(returnsSequence
      ? [{ name: 'outputs', type: 'DT_VARIANT', initial: reserved(g, start.output, steps) }]
      : []),
  ];
  const condition = addCondition(g, carried);
  const body = addBody(g, cell, carried, options);
  const results = g.nodeWith(
    'StatelessWhile',
    carried.map(({ initial }) => initial),
    carried.map(({ initial }) => ({ shape: initial.shape, dtype: initial.dtype })),
    {
      T: { list: { type: carried.map(({ type }) => type) } },
      cond: { func: { name: condition } },
      body: { func: { name: body } },
    },
  );
  const result = (name: string): SymbolicTensor => {
    const found = results[carried.findIndex((one) => one.name === name)];
    if (found === undefined) throw new Error(`the loop gives no ${name}`);
    return found;
  };
  return {
    output: returnsSequence ? collected(g, result('outputs'), start.output, x) : result('output'),
    states: start.states.map((_, index) => result(`state${index}`)),
  };
}

function carry(name: string, initial: SymbolicTensor): Carried {
  const types: Readonly<Record<DataType, string>> = {
    float32: 'DT_FLOAT',
    int32: 'DT_INT32',
    bool: 'DT_BOOL',
    string: 'DT_STRING',
  };
  return { name, type: types[initial.dtype], initial };
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

function addCondition(g: NodeBuilder, carried: readonly Carried[]): string {
  const { builder, name } = g.function('condition');
  const [step, steps] = carried.map((one) => ({ ...one.initial, ref: one.name }));
  if (step === undefined || steps === undefined) throw new Error('a loop counts its steps');
  const before = binary(builder, 'Less', step, steps);
  g.addFunction({
    name,
    inputs: carried.map(({ name: input, type }) => ({ name: input, type })),
    outputs: [{ name: 'goes_on', type: 'DT_BOOL' }],
    nodes: builder.nodes,
    results: { goes_on: before.ref },
  });
  return name;
}

function addBody(
  graph: NodeBuilder,
  cell: Cell,
  carried: readonly Carried[],
  { mask, zeroForMask, start }: LoopOptions,
): string {
  const { builder: g, name } = graph.function('body');
  const argument = (wanted: string): SymbolicTensor => {
    const found = carried.find((one) => one.name === wanted);
    if (found === undefined) throw new Error(`the loop carries no ${wanted}`);
    return { ref: wanted, dtype: found.initial.dtype, shape: found.initial.shape };
  };
  const step = argument('step');
  const before: Step = {
    output: argument('output'),
    states: start.states.map((_, index) => argument(`state${index}`)),
  };
  const constants = cell.constants.map((_, index) => argument(`constant${index}`));
  const next = cell.step(g, gather(g, argument('inputs'), step, 0), before.states, constants);
  const zeros: Step = { output: zeroForMask && mask ? argument('zeros') : before.output, states: [] };
  const kept =
    mask === undefined
      ? next
      : maskedStep(g, gather(g, argument('mask'), step, 0), next, before, zeros, zeroForMask);
  const results = new Map<string, SymbolicTensor>([
    ['step', add(g, step, 1)],
    ['output', kept.output],
    ...kept.states.map((state, index): [string, SymbolicTensor] => [`state${index}`, state]),
  ]);
  if (carried.some((one) => one.name === 'outputs')) {
    const written = g.node(
      'TensorListSetItem',
      [argument('outputs'), step, kept.output],
      { shape: [] },
      ELEMENTS,
    );
    results.set('outputs', written);
  }
  graph.addFunction({
    name,
    inputs: carried.map(({ name: input, type }) => ({ name: input, type })),
    outputs: carried.map(({ name: output, type }) => ({ name: `${output}_out`, type })),
    nodes: g.nodes,
    results: Object.fromEntries(
      carried.map(({ name: output }) => [`${output}_out`, results.get(output)?.ref ?? output]),
    ),
  });
  return name;
}
