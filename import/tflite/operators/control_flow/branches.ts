import { typeValue } from '../../../builder/node_builder.ts';
import type { Shape } from '../../../builder/symbolic_tensor.ts';
import { input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { numbersOf } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from '../shapes/only_element.ts';
import { addFunction, argument, argumentsOf, typeOf } from './functions.ts';

/** One of two graphs with the same arguments; that alone is converted if the condition is a constant. */
const ifOperator: Operator = (call) => {
  const { g, options, subgraph } = call;
  const condition = input(call, 0);
  const { then_subgraph_index, else_subgraph_index } = options.read('IfOptions');
  const [then, other] = [subgraph(then_subgraph_index), subgraph(else_subgraph_index)];
  const [known] = numbersOf(condition) ?? [];
  const given = argumentsOf(call, 1);
  if (known !== undefined) return (known === 0 ? other : then).convert(g, given);
  const inner = given.map(argument);
  const yes = addFunction(call, 'then', inner, (builder) => then.convert(builder, inner));
  const no = addFunction(call, 'else', inner, (builder) => other.convert(builder, inner));
  const outputs = yes.results.map((result, index) => {
    const alternative = no.results[index];
    if (alternative?.dtype !== result.dtype) return refuse('has branches that give different types');
    return { shape: commonShape(result.shape, alternative.shape), dtype: result.dtype };
  });
  return g.nodeWith('StatelessIf', [onlyElement(g, condition), ...given], outputs, {
    Tcond: typeValue('bool'),
    Tin: { list: { type: given.map(typeOf) } },
    Tout: { list: { type: yes.results.map(typeOf) } },
    then_branch: { func: { name: yes.name } },
    else_branch: { func: { name: no.name } },
  });
};

/** What is known of a tensor that has one of two shapes. */
function commonShape(one: Shape, other: Shape): Shape {
  if (one.length !== other.length)
    return refuse('has branches that give tensors of different numbers of dimensions');
  return one.map((size, axis) => (size === other[axis] ? size : null));
}

export const BRANCHES: OperatorTable = { IF: { convert: ifOperator, quantized: 'itself' } };
