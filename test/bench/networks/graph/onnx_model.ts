import { IntegerSteps } from './onnx_integers.ts';
import { OnnxWriter, type Written } from './onnx_writer.ts';
import type { Graph, Operation, Pair, Step, Value, Weight } from './operation.ts';

/** A network as an ONNX file. Images are channels first between the convolutions, as ONNX has them. */
export function writeOnnx(graph: Graph): Uint8Array {
  const { input, output, steps } = graph;
  const writer = new OnnxWriter(input.name);
  const integers = new IntegerSteps(graph, writer, convolutionParts);
  for (const step of steps) {
    if (!integers.isPart(step)) writer.define(step.output, writeStep(writer, integers, step));
  }
  return writer.finish(input, output);
}

const plain = (name: string): Written => ({ layout: 'plain', name });
const channelsFirst = (name: string): Written => ({ layout: 'channels first', name });

function writeStep(writer: OnnxWriter, integers: IntegerSteps, { output, operation }: Step): Written {
  switch (operation.kind) {
    case 'convolution':
      return writeConvolution(writer, output, operation);
    case 'dense': {
      const { input, matrix, bias, activation } = operation;
      const sum = writer.node('Gemm', [writer.plain(input), writer.weight(matrix), writer.weight(bias)]);
      return plain(writer.activation(sum, activation));
    }
    case 'max pool': {
      const attributes = { kernel_shape: operation.size, strides: operation.size };
      const input = writer.channelsFirst(operation.input);
      return channelsFirst(writer.node('MaxPool', [input], attributes));
    }
    case 'spatial mean': {
      const mean = writer.node('GlobalAveragePool', [writer.channelsFirst(operation.input)]);
      return plain(writer.node('Reshape', [mean, writer.integers(output.shape)]));
    }
    case 'reshape': {
      const inputs = [writer.plain(operation.input), writer.integers(output.shape)];
      return plain(writer.node('Reshape', inputs));
    }
    case 'transpose': {
      const attributes = { perm: operation.permutation };
      return plain(writer.node('Transpose', [writer.plain(operation.input)], attributes));
    }
    case 'add': {
      const { left, right } = operation;
      if (writer.isChannelsFirst(left)) {
        return channelsFirst(writer.node('Add', [writer.channelsFirst(left), writer.channelsFirst(right)]));
      }
      return plain(writer.node('Add', [writer.plain(left), writer.plain(right)]));
    }
    case 'scale': {
      const inputs = [writer.plain(operation.input), writer.weight(operation.factor)];
      return plain(writer.node('Mul', inputs));
    }
    case 'quantize':
      return integers.quantize(operation);
    case 'center':
      return integers.center(operation);
    case 'matrix multiply': {
      const right = writer.plain(operation.right);
      const turned = operation.transposeRight
        ? writer.node('Transpose', [right], { perm: lastTwoSwapped(operation.right.shape.length) })
        : right;
      return plain(writer.node('MatMul', [writer.plain(operation.left), turned]));
    }
    case 'softmax':
      return plain(writer.node('Softmax', [writer.plain(operation.input)], { axis: -1 }));
    case 'layer normalization': {
      const { input, gain, offset, epsilon } = operation;
      const inputs = [writer.plain(input), writer.weight(gain), writer.weight(offset)];
      return plain(writer.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } }));
    }
    case 'gelu':
      return plain(writer.node('Gelu', [writer.plain(operation.input)]));
  }
}

function writeConvolution(
  writer: OnnxWriter,
  output: Value,
  operation: Extract<Operation, { kind: 'convolution' }>,
): Written {
  const { input, bias, activation } = operation;
  const { filter, attributes } = convolutionParts(output, operation);
  const inputs = [writer.channelsFirst(input), writer.weight(filter), writer.weight(bias)];
  const sum = writer.node('Conv', inputs, attributes);
  return channelsFirst(writer.activation(sum, activation));
}

function convolutionParts(output: Value, operation: Extract<Operation, { kind: 'convolution' }>) {
  const { input, filter, depthwise, strides, padding } = operation;
  const kernel: Pair = [filter.shape[0] ?? 1, filter.shape[1] ?? 1];
  const pads = ([0, 1] as const).map((axis) => {
    const missing =
      padding === 'VALID'
        ? 0
        : (extent(output, axis) - 1) * strides[axis] + kernel[axis] - extent(input, axis);
    // TensorFlow puts the larger half of the padding at the end.
    const before = Math.floor(Math.max(0, missing) / 2);
    return { before, after: Math.max(0, missing) - before };
  });
  const attributes = {
    kernel_shape: kernel,
    strides,
    pads: [...pads.map(({ before }) => before), ...pads.map(({ after }) => after)],
    group: depthwise ? (filter.shape[2] ?? 1) : 1,
  };
  return { filter: outputsFirst(filter, depthwise), attributes };
}

/** A filter in ONNX's layout: [out, in, height, width], or [channels, 1, height, width] for a depthwise one. */
function outputsFirst(filter: Weight, depthwise: boolean): Weight {
  const [height = 1, width = 1, inputs = 1, last = 1] = filter.shape;
  const [outer, inner] = depthwise ? [inputs, 1] : [last, inputs];
  const area = height * width;
  const values = new Float32Array(filter.values.length);
  for (let position = 0; position < area; position++) {
    for (let row = 0; row < inner; row++) {
      for (let column = 0; column < outer; column++) {
        values[(column * inner + row) * area + position] =
          filter.values[(position * inner + row) * outer + column] ?? 0;
      }
    }
  }
  return { name: filter.name, shape: [outer, inner, height, width], values };
}

function extent(value: Value, axis: 0 | 1): number {
  return value.shape[axis + 1] ?? 1;
}

function lastTwoSwapped(rank: number): number[] {
  return [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];
}
