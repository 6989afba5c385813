import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { Operator, OperatorCall, OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import type { Subgraph } from '../../conversion/subgraph.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from '../shapes/only_element.ts';
import { addFunction, argument, argumentsOf, typeOf } from './functions.ts';

/** A body goes round while a condition holds. Both get all that is carried, also weights that no round changes. */
const whileOperator: Operator = (call) => {
  const { g, options, subgraph } = call;
  const { cond_subgraph_index, body_subgraph_index } = options.read('WhileOptions');
  const [condition, body] = [subgraph(cond_subgraph_index), subgraph(body_subgraph_index)];
  const initial = argumentsOf(call, 0);
  const carried = carriedTensors(call, body, initial);
  const goesOn = addFunction(call, 'condition', carried, (builder) =>
    condition.convert(builder, carried).map((result) => scalar(builder, result)),
  );
  if (goesOn.results.length !== 1 || goesOn.results[0]?.dtype !== 'bool')
    return refuseMalformed('has a condition that does not give one truth value');
  const round = addFunction(call, 'body', carried, (builder) => body.convert(builder, carried));
  return g.nodeWith(
    'StatelessWhile',
    initial,
    carried.map(({ shape, dtype }) => ({ shape, dtype })),
    {
      T: { list: { type: carried.map(typeOf) } },
      cond: { func: { name: goesOn.name } },
      body: { func: { name: round.name } },
    },
  );
};

function scalar(g: NodeBuilder, tensor: TfliteTensor): TfliteTensor {
  return { ...tensor, ...onlyElement(g, tensor) };
}

/**
 * What is true of the carried tensors in every round. Rounds that are only tried tell which sizes change, and what stays as it
 * is; their nodes are not used.
 */
function carriedTensors(
  call: OperatorCall,
  body: Subgraph,
  initial: readonly TfliteTensor[],
): TfliteTensor[] {
  let carried = initial.map((tensor, index) => changing(argument(tensor, index)));
  for (let trial = 0; trial <= initial.length; trial++) {
    const given = carried;
    const { results } = addTrial(call, body, given);
    if (results.length !== given.length)
      return refuseMalformed(`gives ${results.length} tensors for the next round, and takes ${given.length}`);
    const next = given.map((tensor, index): TfliteTensor => {
      const result = results[index] ?? tensor;
      const start = initial[index];
      if (result.dtype !== tensor.dtype)
        return refuse('carries a tensor whose type changes from round to round');
      if (result.ref === tensor.ref && start !== undefined) return argument(start, index);
      if (result.shape.length !== tensor.shape.length)
        return refuse('carries a tensor whose number of dimensions changes from round to round');
      return {
        ...tensor,
        shape: tensor.shape.map((size, axis) => (size === result.shape[axis] ? size : null)),
      };
    });
    carried = next;
    if (next.every(({ shape }, index) => shape.join() === given[index]?.shape.join()) && trial > 0) break;
  }
  return carried;
}

/** Without what is known of elements, which the next round need not have. */
function changing({ elements: _, stored: __, texts: ___, ...tensor }: TfliteTensor): TfliteTensor {
  return tensor;
}

function addTrial({ g }: OperatorCall, body: Subgraph, given: readonly TfliteTensor[]) {
  const { builder } = g.function('trial');
  return { results: body.convert(builder, given) };
}

export const LOOPS: OperatorTable = { WHILE: { convert: whileOperator, quantized: 'itself' } };
