import type { OnnxWriter, Written } from './onnx_writer.ts';
import type { Graph, Operation, Step, Value, Weight } from './operation.ts';

type OperationOf<Kind extends Operation['kind']> = Extract<Operation, { readonly kind: Kind }>;

/** Writes the inputs and attributes of a convolution that are the same for floats and for integers. */
type WriteConvolution = (
  output: Value,
  operation: OperationOf<'convolution'>,
) => { readonly filter: Weight; readonly attributes: Readonly<Record<string, number | readonly number[]>> };

/**
 * Writes the integers of a network as ONNX Runtime's operators on integers. The network has their parts one by one: integers
 * without their zero, sums, and integers of these.
 *
 * Activations are of uint8, weights of int8, which ONNX Runtime computes fastest. Each integer is 128 more than the network's.
 */
export class IntegerSteps {
  readonly #writer: OnnxWriter;
  readonly #convolution: WriteConvolution;
  readonly #steps: ReadonlyMap<string, Step>;
  /** Steps that are part of an operator that is written later. */
  readonly #parts = new Set<string>();

  constructor({ steps }: Graph, writer: OnnxWriter, convolution: WriteConvolution) {
    this.#writer = writer;
    this.#convolution = convolution;
    this.#steps = new Map(steps.map((step) => [step.output.name, step]));
    for (const { operation } of steps) {
      if (operation.kind !== 'quantize') continue;
      for (const part of this.#partsOf(operation.input)) this.#parts.add(part);
    }
  }

  isPart({ output }: Step): boolean {
    return this.#parts.has(output.name);
  }

  /** Integers of floats, of the sums of a convolution, or of two summands. */
  quantize(operation: OperationOf<'quantize'>): Written {
    const writer = this.#writer;
    const { input, scale, zero } = operation;
    const source = this.#steps.get(input.name)?.operation;
    if (source?.kind === 'convolution') return this.#convolutionOfIntegers(input, source, operation);
    if (source?.kind === 'add') return this.#additionOfIntegers(source, operation);
    const divisor = writer.float(1 / (scale.values[0] ?? 1));
    const codes = writer.node('QuantizeLinear', [writer.plain(input), divisor, writer.unsignedByte(zero)]);
    return { layout: 'plain', name: codes };
  }

  /** Floats of integers without their zero. */
  center({ input, zero }: OperationOf<'center'>): Written {
    const writer = this.#writer;
    const inputs = [writer.channelsFirst(input), writer.float(1), writer.unsignedByte(zero)];
    return { layout: 'channels first', name: writer.node('DequantizeLinear', inputs) };
  }

  #convolutionOfIntegers(
    sums: Value,
    operation: OperationOf<'convolution'>,
    { scale, zero }: OperationOf<'quantize'>,
  ): Written {
    const writer = this.#writer;
    const { input, zero: inputZero } = this.#centered(operation.input);
    const { filter, attributes } = this.#convolution(sums, operation);
    const channels = operation.bias.values.length;
    const scales = Float32Array.from({ length: channels }, (_, channel) => atOf(scale.values, channel));
    const inputs = [
      ...[writer.channelsFirst(input), writer.float(1), writer.unsignedByte(inputZero)],
      ...[writer.bytes(filter), writer.weight({ ...scale, shape: [channels], values: scales })],
      ...[
        writer.byteZeros(channels),
        writer.float(1),
        writer.unsignedByte(zero),
        writer.int32(operation.bias),
      ],
    ];
    return { layout: 'channels first', name: writer.node('QLinearConv', inputs, attributes) };
  }

  #additionOfIntegers(
    { left, right }: OperationOf<'add'>,
    { scale, zero }: OperationOf<'quantize'>,
  ): Written {
    const writer = this.#writer;
    const summands = [left, right].flatMap((side) => {
      const scaled = this.#steps.get(side.name)?.operation;
      if (scaled?.kind !== 'scale') throw new Error(`${side.name} is not of scaled integers`);
      const { input, zero: own } = this.#centered(scaled.input);
      return [
        writer.channelsFirst(input),
        writer.float(scaled.factor.values[0] ?? 1),
        writer.unsignedByte(own),
      ];
    });
    const target = [writer.float(1 / (scale.values[0] ?? 1)), writer.unsignedByte(zero)];
    const sum = writer.node('QLinearAdd', [...summands, ...target], {}, 'com.microsoft');
    return { layout: 'channels first', name: sum };
  }

  #centered(value: Value): OperationOf<'center'> {
    const operation = this.#steps.get(value.name)?.operation;
    if (operation?.kind !== 'center') throw new Error(`${value.name} is not of integers without their zero`);
    return operation;
  }

  /** The steps between integers and the integers that are made of them. */
  #partsOf(value: Value): string[] {
    const operation = this.#steps.get(value.name)?.operation;
    switch (operation?.kind) {
      case 'convolution':
        return [value.name, operation.input.name];
      case 'add':
        return [
          value.name,
          ...[operation.left, operation.right].flatMap((side) => [side.name, ...this.#partsOf(side)]),
        ];
      case 'scale':
        return [operation.input.name];
      default:
        return [];
    }
  }
}

function atOf(values: Float32Array, index: number): number {
  return values[values.length === 1 ? 0 : index] ?? 1;
}
