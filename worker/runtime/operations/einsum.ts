import { eye, matMul, mul, reshape, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { elementCount } from '../../model/tensor.ts';
import { ExecutionError } from '../loaded_model.ts';
import { type Operation, textAttribute } from './operation.ts';
import { stretch } from './shapes.ts';

/** A tensor whose dimensions have labels. */
interface Labeled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** Einsum of one or two tensors as products of matrices. tfjs has no kernel for it. */
export const einsum: Operation = (node) => {
  const equation = textAttribute(node, 'equation');
  if (equation === '') throw new ExecutionError('Einsum: there is no equation');
  return computeEinsum(equation, node.inputs);
};

/**
 * @param equation TensorFlow's equation: `ab,bc->ac`, with `...` for dimensions that broadcast
 * @throws ExecutionError if the equation does not fit the tensors
 */
function computeEinsum(equation: string, inputs: readonly Tensor[]): Tensor {
  const [left = '', right, ...rest] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (right === undefined || rest.length > 0 || terms.length !== inputs.length || terms.length > 2)
    throw new ExecutionError(`Einsum: "${equation}" does not fit ${inputs.length} tensors`);
  const operands = inputs.map((tensor, index) => label(equation, terms[index] ?? '', tensor));
  const spread = Math.max(0, ...operands.map(({ labels }) => labels.filter(isSpread).length));
  const output = labelsOf(right, spread);
  for (const [index, one] of output.entries()) {
    const isKnown = operands.some(({ labels }) => labels.includes(one));
    if (!isKnown || output.indexOf(one) !== index)
      throw new ExecutionError(`Einsum: "${equation}" asks for a dimension that is not there, or twice`);
  }
  const [a, b] = operands.map(withoutRepeats);
  if (a === undefined) throw new ExecutionError('Einsum: there is no tensor');
  if (b === undefined) return arranged(summed(a, output), output);
  return product(equation, a, b, output);
}

/** Returns the label of a dimension of `...`. The last one has the number 0. */
const spreadLabel = (fromEnd: number): string => `.${fromEnd}`;
const isSpread = (name: string): boolean => name.startsWith('.');

function labelsOf(term: string, spread: number): string[] {
  const [before = '', after, ...more] = term.split('...');
  if (more.length > 0 || !/^[A-Za-z]*$/.test(before + (after ?? '')))
    throw new ExecutionError(`Einsum: "${term}" is not understood`);
  if (after === undefined) return [...before];
  const between = Array.from({ length: spread }, (_, index) => spreadLabel(spread - 1 - index));
  return [...before, ...between, ...after];
}

function label(equation: string, term: string, tensor: Tensor): Labeled {
  const named = term.replace('...', '').length;
  const labels = labelsOf(term, tensor.rank - named);
  if (labels.length !== tensor.rank)
    throw new ExecutionError(`Einsum: "${equation}" does not fit a tensor of [${tensor.shape}]`);
  return { tensor, labels };
}

/** Takes the diagonal for a label that occurs twice in one term. */
function withoutRepeats({ tensor, labels }: Labeled): Labeled {
  const repeated = labels.findIndex((name, index) => labels.indexOf(name) !== index);
  if (repeated < 0) return { tensor, labels };
  const first = labels.indexOf(labels[repeated] ?? '');
  const size = tensor.shape[repeated] ?? 0;
  if (size !== tensor.shape[first]) throw new ExecutionError('Einsum: a diagonal of different sizes');
  const mask = reshape(
    eye(size),
    labels.map((_, axis) => (axis === first || axis === repeated ? size : 1)),
  );
  return withoutRepeats({
    tensor: sum(mul(tensor, mask), repeated),
    labels: labels.filter((_, axis) => axis !== repeated),
  });
}

/** Sums over the dimensions that are not wanted. */
function summed({ tensor, labels }: Labeled, wanted: readonly string[]): Labeled {
  const axes = [...labels.keys()].filter((axis) => !wanted.includes(labels[axis] ?? ''));
  if (axes.length === 0) return { tensor, labels };
  return { tensor: sum(tensor, axes), labels: labels.filter((name) => wanted.includes(name)) };
}

/** Transposes the tensor to the order of these labels. */
function arranged({ tensor, labels }: Labeled, order: readonly string[]): Tensor {
  const axes = order.map((name) => labels.indexOf(name));
  return axes.every((axis, index) => axis === index) ? tensor : transpose(tensor, axes);
}

function product(equation: string, first: Labeled, second: Labeled, output: readonly string[]): Tensor {
  const a = summed(first, [...output, ...second.labels]);
  const b = summed(second, [...output, ...first.labels]);
  const sizes = new Map<string, number>();
  for (const { tensor, labels } of [a, b]) {
    for (const [axis, name] of labels.entries()) {
      const size = tensor.shape[axis] ?? 0;
      const other = sizes.get(name) ?? size;
      if (size !== other && !(isSpread(name) && (size === 1 || other === 1)))
        throw new ExecutionError(
          `Einsum: "${equation}" with sizes of ${other} and ${size} for one dimension`,
        );
      sizes.set(name, other === 1 ? size : other);
    }
  }
  const shared = a.labels.filter((name) => b.labels.includes(name));
  const batch = shared.filter((name) => output.includes(name));
  const contracted = shared.filter((name) => !output.includes(name));
  const rows = a.labels.filter((name) => !shared.includes(name));
  const columns = b.labels.filter((name) => !shared.includes(name));
  const of = (names: readonly string[]) => names.map((name) => sizes.get(name) ?? 1);
  const size = (names: readonly string[]) => elementCount(of(names));
  const matrices = batch.length > 0 ? [size(batch)] : [];
  const left = matrix(a, [...batch, ...rows, ...contracted], of, [...matrices, size(rows), size(contracted)]);
  const right = matrix(b, [...batch, ...contracted, ...columns], of, [
    ...matrices,
    size(contracted),
    size(columns),
  ]);
  const labels = [...batch, ...rows, ...columns];
  return arranged({ tensor: reshape(matMul(left, right), of(labels)), labels }, output);
}

/** Returns the operand as a list of matrices: its dimensions in this order, broadcast to the other operand's. */
function matrix(
  operand: Labeled,
  order: readonly string[],
  of: (names: readonly string[]) => number[],
  shape: number[],
): Tensor {
  const tensor = arranged(operand, order);
  const whole = of(order);
  const stretched = String(whole) === String(tensor.shape) ? tensor : stretch(tensor, whole);
  return reshape(stretched, shape);
}
