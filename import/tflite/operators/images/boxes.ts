import { typeValue } from '../../../builder/node_builder.ts';
import { inFloat } from '../../conversion/entries.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { numbersOf } from '../../tensors/tflite_tensor.ts';
import { onlyElement } from '../shapes/only_element.ts';
import { justBelow } from './just_below.ts';

/** A number that has to be constant. @param what for the message */
function constantNumber(call: OperatorCall, index: number, what: string): number {
  const [number] = numbersOf(input(call, index)) ?? [];
  return number ?? refuse(`has ${what} that the request decides; it has to be constant`);
}

/**
 * The places of the best boxes, which are filled up with zeros to the most there can be. TensorFlow Lite leaves out a box
 * whose overlap is the threshold, and TensorFlow one whose overlap is above it.
 */
const suppress =
  (op: 'NonMaxSuppressionV4' | 'NonMaxSuppressionV5'): Operator =>
  (call) => {
    const { g } = call;
    const [boxes, scores, most] = [input(call, 0), input(call, 1), input(call, 2)];
    const overlap = constantNumber(call, 3, 'a threshold of overlaps');
    const least = onlyElement(g, input(call, 4));
    const count = numbersOf(most)?.[0] ?? null;
    const shared = [boxes, scores, onlyElement(g, most), g.floats([justBelow(overlap)], []), least];
    const indices = { shape: [count], dtype: 'int32' as const };
    const number = { shape: [], dtype: 'int32' as const };
    const attributes = { T: typeValue('float32'), pad_to_max_output_size: { b: true } };
    if (op === 'NonMaxSuppressionV4') return g.nodeWith(op, shared, [indices, number], attributes);
    const sigma = constantNumber(call, 5, 'a sigma');
    if (sigma !== 0)
      return refuse('lowers scores (Soft-NMS), which TensorFlow Lite does in a way of its own');
    const outputs = [indices, { shape: [count], dtype: 'float32' as const }, number];
    return g.nodeWith(op, [...shared, g.floats([0], [])], outputs, attributes);
  };

export const BOXES: OperatorTable = {
  NON_MAX_SUPPRESSION_V4: inFloat(suppress('NonMaxSuppressionV4')),
  NON_MAX_SUPPRESSION_V5: inFloat(suppress('NonMaxSuppressionV5')),
};
