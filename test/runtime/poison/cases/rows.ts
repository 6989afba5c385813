import fc from 'fast-check';
import { type Calls, floats, integers, positive, shapes, size } from '../kernel_call.ts';

const row = shapes(0, 2);

/** Places from which a matrix of so many rows and columns has diagonals. */
const matrices = fc.record({
  outer: shapes(0, 1),
  rows: positive,
  columns: positive,
  align: fc.constantFrom('LEFT_RIGHT', 'RIGHT_LEFT', 'LEFT_LEFT', 'RIGHT_RIGHT'),
});

/** The kernels of rows, diagonals and spectra, which tfjs does not have. */
export const ROW_CALLS: Readonly<Record<string, Calls>> = {
  ...Object.fromEntries(
    ['BesselI0', 'BesselI0e', 'BesselI1', 'BesselI1e', 'Digamma', 'Erfc', 'Erfinv', 'Lgamma', 'Ndtri'].map(
      (name): [string, Calls] => [name, shapes(0, 4).map((shape) => ({ inputs: { x: floats(shape) } }))],
    ),
  ),
  AudioSpectrogram: fc
    .record({
      length: size,
      channels: size,
      windowSize: fc.constantFrom(2, 3, 4, 7),
      stride: positive,
      isSquared: fc.boolean(),
    })
    .map(({ length, channels, ...attributes }) => ({
      inputs: { x: floats([length, channels]) },
      attributes,
    })),
  Bucketize: fc.record({ shape: shapes(0, 4), count: size }).map(({ shape, count }) => ({
    inputs: { x: floats(shape) },
    attributes: { boundaries: Array.from({ length: count }, (_, index) => index - 1) },
  })),
  ComplexAbs: shapes(0, 3).map((shape) => ({ inputs: { x: floats([...shape, 2]) } })),
  CTCGreedyDecoder: fc
    .record({ time: size, batch: size, classes: positive, mergesRepeated: fc.boolean() })
    .map(({ time, batch, classes, mergesRepeated }) => ({
      inputs: { inputs: floats([time, batch, classes]), lengths: integers([batch], 0, time) },
      attributes: { blank: classes - 1, mergesRepeated },
    })),
  DynamicPartition: fc.record({ count: positive, rows: size, row }).map(({ count, rows, row: own }) => ({
    inputs: { data: floats([rows, ...own]), partitions: integers([rows], 0, count - 1) },
    attributes: { count },
  })),
  DynamicStitch: fc.record({ rows: size, more: size, row }).map(({ rows, more, row: own }) => ({
    inputs: {
      a: integers([rows], 0, 5),
      b: integers([more], 0, 5),
      c: floats([rows, ...own]),
      d: floats([more, ...own]),
    },
  })),
  InTopK: fc.record({ rows: size, classes: size, k: size }).map(({ rows, classes, k }) => ({
    inputs: { predictions: floats([rows, classes]), targets: integers([rows], 0, classes) },
    attributes: { k },
  })),
  Fourier: fc
    .record({
      outer: shapes(0, 2),
      size,
      length: positive,
      kind: fc.constantFrom('fft', 'ifft', 'irfft', 'rfft'),
    })
    .map(({ outer, size, length, kind }) => ({
      inputs: { x: floats(kind === 'rfft' ? [...outer, size] : [...outer, size, 2]) },
      attributes: { kind, length },
    })),
  InvertPermutation: size.map((count) => ({
    inputs: {
      x: { dtype: 'int32', shape: [count], values: Array.from({ length: count }, (_, at) => count - 1 - at) },
    },
  })),
  MatrixDiag: fc
    .record({ outer: shapes(0, 2), length: size, diagonal: fc.integer({ min: -2, max: 2 }) })
    .map(({ outer, length, diagonal }) => ({
      inputs: { diagonal: floats([...outer, length]) },
      attributes: {
        lower: diagonal,
        upper: diagonal,
        rows: -1,
        columns: -1,
        padding: 3,
        align: 'RIGHT_LEFT',
      },
    })),
  MatrixDiagPart: matrices.map(({ outer, rows, columns, align }) => ({
    inputs: { x: floats([...outer, rows, columns]) },
    attributes: { lower: 1 - rows, upper: columns - 1, padding: 3, align },
  })),
  MatrixSetDiag: matrices.map(({ outer, rows, columns, align }) => ({
    inputs: {
      x: floats([...outer, rows, columns]),
      diagonal: floats(
        rows + columns === 2 ? [...outer, 1] : [...outer, rows + columns - 1, Math.min(rows, columns)],
      ),
    },
    attributes: { lower: 1 - rows, upper: columns - 1, align },
  })),
  Mfcc: fc
    .record({ channels: size, frames: size, frequencies: fc.constantFrom(2, 9, 17) })
    .map(({ channels, frames, frequencies }) => ({
      inputs: { spectrogram: floats([channels, frames, frequencies]) },
      attributes: { rate: 8000, lower: 20, upper: 4000, bands: 5, coefficients: 3 },
    })),
  RaggedRange: fc.record({ rows: size, delta: fc.constantFrom(-2, 1, 3) }).map(({ rows, delta }) => ({
    inputs: {
      starts: integers([rows], -3, 3),
      limits: integers([rows], -9, 9),
      deltas: { dtype: 'int32', shape: [], values: [delta] },
    },
  })),
  RaggedTensorToTensor: fc.record({ rows: positive, count: size, row }).map(({ rows, count, row: own }) => ({
    inputs: {
      shape: { dtype: 'int32', shape: [], values: [-1] },
      values: floats([count, ...own]),
      defaultValue: floats([]),
      partition0: { dtype: 'int32', shape: [], values: [rows] },
      partition1: { ...integers([count], 0, rows - 1), isSorted: true },
    },
    attributes: { types: ['FIRST_DIM_SIZE', 'VALUE_ROWIDS'] },
  })),
  ...Object.fromEntries(
    [
      'Cholesky',
      'LogMatrixDeterminant',
      'MatrixDeterminant',
      'MatrixInverse',
      'MatrixSolve',
      'MatrixTriangularSolve',
    ].map((name): [string, Calls] => [
      name,
      fc.record({ outer: shapes(0, 1), size, columns: size }).map(({ outer, size: rows, columns }) => ({
        mayRefuse: true,
        inputs: { x: floats([...outer, rows, rows]), right: floats([...outer, rows, columns]) },
        attributes: { isLower: true, isAdjoint: false },
      })),
    ]),
  ),
  ReverseSequence: fc.record({ batch: size, length: size, row }).map(({ batch, length, row: own }) => ({
    inputs: { x: floats([batch, length, ...own]), lengths: integers([batch], 0, length) },
    attributes: { seqDim: 1, batchDim: 0 },
  })),
  Segment: fc
    .record({
      reduction: fc.constantFrom('max', 'mean', 'min', 'prod', 'sqrtn', 'sum'),
      rows: size,
      row,
      count: positive,
      isSorted: fc.boolean(),
    })
    .map(({ reduction, rows, row: own, count, isSorted }) => ({
      inputs: {
        data: floats([rows, ...own]),
        ids: { ...integers([rows], 0, count - 1), isSorted },
      },
      attributes: { reduction, ...(isSorted ? {} : { count }) },
    })),
  TensorScatter: fc
    .record({
      operation: fc.constantFrom('add', 'max', 'min', 'sub'),
      rows: positive,
      count: size,
      row,
    })
    .map(({ operation, rows, count, row: own }) => ({
      inputs: {
        tensor: floats([rows, ...own]),
        indices: integers([count, 1], 0, rows - 1),
        updates: floats([count, ...own]),
      },
      attributes: { operation },
    })),
};
