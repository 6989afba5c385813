import type { NodeBuilder } from '../../builder/node_builder.ts';
import { dataTypeOf } from '../tensors/element_types.ts';
import { dequantize, isQuantized, quantize, rescale } from '../tensors/quantization.ts';
import { type TensorDescription, type TfliteTensor, typed } from '../tensors/tflite_tensor.ts';
import type { OperatorCall, OperatorEntry, Output } from './operator_call.ts';
import { refuse } from './refusal.ts';

/** Converts an operation, with its quantized tensors in the form in which the operator takes them. @throws TfliteRefusal */
export function callOperator(
  { convert, quantized }: OperatorEntry,
  call: OperatorCall,
): readonly (TfliteTensor | undefined)[] {
  switch (quantized) {
    case 'in-float':
      return inFloat(convert, call);
    case 'as-codes':
      return asCodes(convert, call);
    case 'itself':
      return outputsOf(convert, call).map(
        (given, index) => given && finished(given, describedAt(call, index)),
      );
  }
}

function inFloat(convert: OperatorEntry['convert'], call: OperatorCall): (TfliteTensor | undefined)[] {
  const { g } = call;
  const outputs = call.outputs.map((description): TensorDescription => {
    const { name, shape } = description;
    return isQuantized(description) ? { name, shape, type: 'FLOAT32' } : description;
  });
  const inputs = call.inputs.map((tensor) => tensor && dequantize(g, tensor));
  return outputsOf(convert, { ...call, inputs, outputs }).map((given, index) => {
    const description = describedAt(call, index);
    if (given === undefined) return undefined;
    if (!isQuantized(description)) return finished(given, description);
    return finished(quantize(g, given, description), description);
  });
}

/** All inputs have the scale of the first output, so that their integers mean the same. */
function asCodes(convert: OperatorEntry['convert'], call: OperatorCall): (TfliteTensor | undefined)[] {
  const { g } = call;
  const target = call.outputs.find(isQuantized);
  const inputs = call.inputs.map((tensor) =>
    tensor === undefined || target === undefined || !isQuantized(tensor)
      ? tensor
      : rescale(g, tensor, target),
  );
  return outputsOf(convert, { ...call, inputs }).map((given, index) => {
    const description = describedAt(call, index);
    if (given === undefined) return undefined;
    if (target === undefined || !isQuantized(description)) return finished(given, description);
    return rescaled(g, finished(given, target), description);
  });
}

function rescaled(g: NodeBuilder, given: TfliteTensor, description: TensorDescription): TfliteTensor {
  return finished(rescale(g, given, description), description);
}

function outputsOf(convert: OperatorEntry['convert'], call: OperatorCall): readonly (Output | undefined)[] {
  const given = convert(call);
  return 'ref' in given ? [given] : given;
}

function describedAt({ outputs }: OperatorCall, index: number): TensorDescription {
  return outputs[index] ?? refuse(`gives an output ${index}, which the file does not have`);
}

/** An output with what the file says of it. */
function finished(given: Output, { type, quantization }: TensorDescription): TfliteTensor {
  const dtype = dataTypeOf(type);
  if (dtype !== undefined && dtype !== given.dtype) refuse(`gives ${type}, which is not what it computes`);
  const { elements, texts, stored, resource } = given;
  return {
    ...typed(given, type),
    ...(quantization === undefined ? {} : { quantization }),
    ...(elements === undefined ? {} : { elements }),
    ...(texts === undefined ? {} : { texts }),
    ...(stored === undefined ? {} : { stored }),
    ...(resource === undefined ? {} : { resource }),
  };
}
