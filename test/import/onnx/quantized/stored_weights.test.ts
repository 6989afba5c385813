import { expect, test } from 'vitest';
import type { Graph } from '../../../../import/graph/graph.ts';
import { readOnnx } from '../../../../import/onnx/read_onnx.ts';
import { simplify } from '../../../../import/simplify/simplify.ts';
import { OnnxBuilder } from '../../../fixtures/onnx/onnx_builder.ts';
import { runGraph } from '../../../fixtures/saved_model/run_graph.ts';

const [ROWS, INNER, COLUMNS] = [3, 48, 32];

async function simplified(b: OnnxBuilder): Promise<Graph> {
  const imported = await readOnnx(await b.write());
  if (imported.kind !== 'read') throw new Error(imported.message);
  return (await simplify(imported.value.graph)).graph;
}

/** The bytes of the matrices and filters in the published files, and of how many elements they are. */
function storedBytes({ weights }: Graph): { bytes: number; elements: number } {
  const matrices = [...weights.values()].filter(({ byteLength }) => byteLength >= 4 * INNER * COLUMNS);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    bytes: sum(matrices.map(({ byteLength, quantized }) => quantized?.byteLength ?? byteLength)),
    elements: sum(matrices.map(({ byteLength }) => byteLength / 4)),
  };
}

const numbers = (count: number, of: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => of(index));
const code = (index: number): number => ((index * 37) % 255) - 127;
const scaleOf = (column: number): number => Math.fround(0.002 * (1 + (column % 5)));
const biasOf = (column: number): number => Math.fround(column / 8 - 1);
const inputOf = (index: number): number => Math.fround(Math.sin(index));

interface Form {
  readonly name: string;
  readonly zero: number;
  /** Whether each column has a scale of its own. */
  readonly columns: boolean;
  readonly kind: 'MatMul' | 'Gemm' | 'turned Gemm' | 'Conv';
}

const FORMS: readonly Form[] = [
  { name: 'a product with scales for columns', kind: 'MatMul', zero: 0, columns: true },
  { name: 'a product with one scale and a zero', kind: 'MatMul', zero: 3, columns: false },
  { name: 'a product with a bias', kind: 'Gemm', zero: 0, columns: true },
  { name: 'a product with a bias, transposed', kind: 'turned Gemm', zero: 0, columns: true },
  { name: 'a convolution', kind: 'Conv', zero: 0, columns: true },
];

/** A product of floats with weights that DequantizeLinear makes of integers. */
function write({ kind, zero, columns }: Form): OnnxBuilder {
  const b = new OnnxBuilder(17);
  const isTurned = kind === 'turned Gemm' || kind === 'Conv';
  const at = (inner: number, column: number) => code(inner * COLUMNS + column);
  const values = numbers(INNER * COLUMNS, (index) =>
    isTurned
      ? at(index % INNER, Math.floor(index / INNER))
      : at(Math.floor(index / COLUMNS), index % COLUMNS),
  );
  const shape = isTurned ? [COLUMNS, INNER] : [INNER, COLUMNS];
  const stored = b.int8(values, kind === 'Conv' ? [...shape, 1, 1] : shape);
  const scales = columns ? b.floats([COLUMNS], numbers(COLUMNS, scaleOf)) : b.scalar(scaleOf(0));
  const zeros = columns ? b.int8(numbers(COLUMNS, () => zero)) : b.int8([zero], []);
  const weights = b.node('DequantizeLinear', [stored, scales, zeros], { axis: isTurned ? 0 : 1 });
  const bias = b.floats([COLUMNS], numbers(COLUMNS, biasOf));
  if (kind === 'Conv') {
    const x = b.input('x', [1, INNER, ROWS, 1]);
    b.output(b.node('Conv', [x, weights, bias]), [1, COLUMNS, ROWS, 1]);
    return b;
  }
  const x = b.input('x', [ROWS, INNER]);
  const y =
    kind === 'MatMul'
      ? b.node('MatMul', [x, weights])
      : b.node('Gemm', [x, weights, bias], { transB: isTurned ? 1 : 0 });
  b.output(y, [ROWS, COLUMNS]);
  return b;
}

/** The element of a row and a column of the result, in double precision. */
function wanted({ kind, zero, columns }: Form, row: number, column: number): number {
  const x = (inner: number) => inputOf(kind === 'Conv' ? inner * ROWS + row : row * INNER + inner);
  const sums = numbers(INNER, (inner) => x(inner) * (code(inner * COLUMNS + column) - zero));
  const scale = columns ? scaleOf(column) : scaleOf(0);
  return sums.reduce((total, each) => total + each, 0) * scale + (kind === 'MatMul' ? 0 : biasOf(column));
}

test.each(FORMS)(
  'the weights of $name of floats stay bytes, and their scales are applied to the sums',
  async (form) => {
    const graph = await simplified(write(form));
    const { bytes, elements } = storedBytes(graph);
    expect(elements).toBe(INNER * COLUMNS);
    expect(bytes).toBe(elements);
    const isImage = form.kind === 'Conv';
    const shape = isImage ? [1, INNER, ROWS, 1] : [ROWS, INNER];
    const inputs = { x: { shape, values: numbers(ROWS * INNER, inputOf) } };
    const [y] = Object.values(await runGraph(graph, 'serving_default', inputs));
    const all = numbers(ROWS * COLUMNS, (index) =>
      isImage
        ? wanted(form, index % ROWS, Math.floor(index / ROWS))
        : wanted(form, Math.floor(index / COLUMNS), index % COLUMNS),
    );
    expect(y?.values).toEqual(all.map((value) => expect.closeTo(value, 4)));
  },
);
