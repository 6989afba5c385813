import { typeValue } from '../../../builder/node_builder.ts';
import type { Shape } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import type { Subgraph } from '../../conversion/subgraph.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { tensorOf } from '../../values/onnx_value.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { onlyElement } from '../shapes/sizes.ts';

/** A branch as a function whose arguments are all tensors that either branch reads. */
interface Branch {
  readonly name: string;
  readonly outputs: readonly OnnxTensor[];
}

/** One of two graphs; that alone is converted if the condition is a constant. */
const ifOperator: Operator = (call) => {
  const { g, attributes } = call;
  const condition = input(call, 0);
  const [then, other] = ['then_branch', 'else_branch'].map((name) => call.subgraph(attributes.graph(name)));
  if (then === undefined || other === undefined) return refuseMalformed('lacks a branch');
  const [known] = numbersOf(condition) ?? [];
  if (known !== undefined) {
    const taken = known === 0 ? other : then;
    return taken.convert(g, [], taken.captured);
  }
  const captured = [
    ...new Map([...then.captured, ...other.captured].map((each) => [each.ref, each])).values(),
  ];
  const [yes, no] = [addBranch(call, 'then', then, captured), addBranch(call, 'else', other, captured)];
  const given = yes.outputs.map((output, index) => {
    const alternative = no.outputs[index];
    if (alternative?.type !== output.type) return refuse('has branches that give different types');
    return { shape: commonShape(output.shape, alternative.shape), dtype: output.dtype };
  });
  const results = g.nodeWith('StatelessIf', [onlyElement(g, condition), ...captured], given, {
    Tcond: typeValue('bool'),
    Tin: { list: { type: captured.map(({ dtype }) => typeOf(dtype)) } },
    Tout: { list: { type: given.map(({ dtype }) => typeOf(dtype)) } },
    then_branch: { func: { name: yes.name } },
    else_branch: { func: { name: no.name } },
  });
  return results.map((result, index) => typed(result, yes.outputs[index]?.type ?? 'FLOAT'));
};

const typeOf = (dtype: OnnxTensor['dtype']): string => typeValue(dtype).type ?? 'DT_FLOAT';

function commonShape(one: Shape, other: Shape): Shape {
  if (one.length !== other.length)
    return refuse('has branches that give tensors of different numbers of dimensions');
  return one.map((size, axis) => (size === other[axis] ? size : null));
}

function addBranch(
  { g }: OperatorCall,
  name: string,
  graph: Subgraph,
  captured: readonly OnnxTensor[],
): Branch {
  const inner = g.function(name);
  const names = captured.map((_, index) => `captured${index}`);
  const given = graph.captured.map((each) => {
    const index = captured.findIndex(({ ref }) => ref === each.ref);
    return typed({ ...each, ref: names[index] ?? '' }, each.type, numbersOf(each));
  });
  const outputs = graph
    .convert(inner.builder, [], given)
    .map((value, index) => tensorOf(value, `output ${index}`))
    .map((output) => typed(inner.builder.node('Identity', [output], { shape: output.shape }), output.type));
  g.addFunction({
    name: inner.name,
    inputs: captured.map(({ dtype }, index) => ({ name: names[index] ?? '', type: typeOf(dtype) })),
    outputs: outputs.map(({ dtype }, index) => ({ name: `output${index}`, type: typeOf(dtype) })),
    nodes: inner.builder.nodes,
    results: Object.fromEntries(outputs.map(({ ref }, index) => [`output${index}`, ref])),
  });
  return { name: inner.name, outputs };
}

export const BRANCHES: OperatorTable = { If: ifOperator };
