import { fill } from '../../../builder/creation.ts';
import { multiply, subtract } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import { reshape, stack } from '../../../builder/shaping.ts';
import { knownCount } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';

/** Puts the largest elements back to where a pool found them, into zeros. */
const maxUnpool: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [x, places] = [input(call, 0), input(call, 1)];
  const size = attributes.integers('kernel_shape') ?? refuse('has no kernel_shape');
  const strides = attributes.integers('strides') ?? size.map(() => 1);
  const pads = attributes.integers('pads') ?? size.flatMap(() => [0, 0]);
  const sizes = x.shape.map((length) => length ?? refuse('needs known sizes'));
  // Places are counted in the tensor that the pool had.
  const own = sizes.map((length, axis) => {
    const index = axis - 2;
    if (index < 0) return length;
    const around = (pads[index] ?? 0) + (pads[index + size.length] ?? 0);
    return (length - 1) * (strides[index] ?? 1) + (size[index] ?? 1) - around;
  });
  const given = inputs[2];
  const shape = given === undefined ? own : numbersOf(given);
  const count = knownCount(x.shape) ?? 0;
  const total = own.reduce((product, length) => product * length, 1);
  // An element that several windows found comes several times, and is put once.
  const scattered = g.node(
    'TensorScatterUpdate',
    [fill(g, [total], 0), reshape(g, places, [count, 1]), reshape(g, x, [count])],
    { shape: [total] },
    { Tindices: typeValue('int32') },
  );
  const whole = reshape(g, scattered, own);
  if (shape === undefined) return padTo(call, typed(whole, x.type), own, input(call, 2));
  const widths = shape.flatMap((length, axis) => [0, length - (own[axis] ?? length)]);
  if (widths.some((width) => width < 0)) refuse('has an output_shape that is smaller than what it gives');
  if (widths.every((width) => width === 0)) return typed(whole, x.type);
  const paddings = g.integers(widths, [shape.length, 2]);
  return typed(g.node('Pad', [whole, paddings], { shape }, { Tpaddings: typeValue('int32') }), x.type);
};

/** With zeros after it, up to sizes that the request decides. */
function padTo({ g }: OperatorCall, x: OnnxTensor, own: readonly number[], sizes: OnnxTensor): OnnxTensor {
  const after = subtract(g, sizes, g.integers(own));
  const widths = stack(g, [multiply(g, after, 0), after], 1);
  const shape = own.map(() => null);
  return typed(g.node('Pad', [x, widths], { shape }, { Tpaddings: typeValue('int32') }), x.type);
}

export const UNPOOLING: OperatorTable = { MaxUnpool: maxUnpool };
