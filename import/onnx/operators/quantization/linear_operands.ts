import { input, type OperatorCall } from '../../conversion/operator_call.ts';
import type { Dequantized, OnnxTensor, ToIntegers } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { ofCodes, standingFor, targetOf } from './forms.ts';

/** An input of integers with the scale and the zero behind it. @param axis of scales where there are several */
export function formOf(call: OperatorCall, index: number, axis = 0): Dequantized {
  return standingFor(call.g, input(call, index), input(call, index + 1), call.inputs[index + 2], axis);
}

/** The integers that an operator gives, of the scale at an index and the zero behind it. */
export function answer(
  call: OperatorCall,
  toIntegers: ToIntegers,
  index: number,
  type: OnnxTensor['type'],
): OnnxTensor {
  const { g } = call;
  const target = targetOf(g, input(call, index), call.inputs[index + 1], type);
  const codes = target && toIntegers(target);
  return codes === undefined ? refuse('gives integers of several scales') : ofCodes(g, codes, type);
}
