import { type NodeBuilder, typeValue } from './node_builder.ts';
import type { SymbolicTensor } from './symbolic_tensor.ts';

/** A value that goes round. A function sees its arguments alone, so that what all rounds share goes round too. */
export interface Carried {
  readonly name: string;
  /** Its shape is what holds in every round. */
  readonly initial: SymbolicTensor;
  /** Whether it is a list of tensors. */
  readonly isList?: true;
}

/** A carried value by its name. */
export type CarriedValue = (name: string) => SymbolicTensor;

interface Rounds {
  /** Whether another round follows, a scalar of bool. */
  readonly goesOn: (g: NodeBuilder, value: CarriedValue) => SymbolicTensor;
  /** What a round makes of the carried values, by their names; those that are left out stay as they are. */
  readonly round: (g: NodeBuilder, value: CarriedValue) => ReadonlyMap<string, SymbolicTensor>;
}

/** A loop of the graph with two functions of its own. @returns the carried values after the last round */
export function whileLoop(
  g: NodeBuilder,
  carried: readonly Carried[],
  { goesOn, round }: Rounds,
): CarriedValue {
  const condition = g.function('condition');
  const isOn = goesOn(condition.builder, argumentsOf(carried));
  g.addFunction({
    name: condition.name,
    inputs: carried.map((each) => ({ name: each.name, type: typeOf(each) })),
    outputs: [{ name: 'goes_on', type: 'DT_BOOL' }],
    nodes: condition.builder.nodes,
    results: { goes_on: isOn.ref },
  });
  const body = g.function('body');
  const changed = round(body.builder, argumentsOf(carried));
  g.addFunction({
    name: body.name,
    inputs: carried.map((each) => ({ name: each.name, type: typeOf(each) })),
    outputs: carried.map((each) => ({ name: `${each.name}_out`, type: typeOf(each) })),
    nodes: body.builder.nodes,
    results: Object.fromEntries(carried.map(({ name }) => [`${name}_out`, changed.get(name)?.ref ?? name])),
  });
  const results = g.nodeWith(
    'StatelessWhile',
    carried.map(({ initial }) => initial),
    carried.map(({ initial }) => ({ shape: initial.shape, dtype: initial.dtype })),
    {
      T: { list: { type: carried.map(typeOf) } },
      cond: { func: { name: condition.name } },
      body: { func: { name: body.name } },
    },
  );
  return valuesNamed(carried, results);
}

function argumentsOf(carried: readonly Carried[]): CarriedValue {
  const values = carried.map(({ name, initial: { dtype, shape } }) => ({ ref: name, dtype, shape }));
  return valuesNamed(carried, values);
}

function valuesNamed(carried: readonly Carried[], values: readonly SymbolicTensor[]): CarriedValue {
  return (name) => {
    const value = values[carried.findIndex((each) => each.name === name)];
    if (value === undefined) throw new Error(`the loop carries no ${name}`);
    return value;
  };
}

function typeOf({ initial, isList }: Carried): string {
  return isList ? 'DT_VARIANT' : (typeValue(initial.dtype).type ?? 'DT_FLOAT');
}
