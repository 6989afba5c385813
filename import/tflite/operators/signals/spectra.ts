import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { inFloat, tableOf } from '../../conversion/entries.ts';
import { constantNumbers, input, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';

const COMPLEX = { type: 'DT_COMPLEX64' };
const FLOAT = { type: 'DT_FLOAT' };

/** The half of the two-dimensional Fourier transform that the other one follows from, of the last two dimensions. */
const fourier: Operator = (call) => {
  const x = input(call, 0);
  const lengths = input(call, 1);
  const [rows, columns] = constantNumbers(lengths, 'lengths');
  if (rows === undefined || columns === undefined) return refuseMalformed('lacks a length');
  const shape = [...x.shape.slice(0, -2), rows, Math.floor(columns / 2) + 1];
  // The dtype is that of the parts; complex numbers have none of their own here.
  return call.g.node('RFFT2D', [x, lengths], { shape }, { Treal: FLOAT, Tcomplex: COMPLEX });
};

/** A part of complex numbers, or how large they are. */
const PARTS = { COMPLEX_ABS: 'ComplexAbs', IMAG: 'Imag', REAL: 'Real' } as const;

const part =
  (op: string): Operator =>
  (call) => {
    const x: SymbolicTensor = input(call, 0);
    return call.g.node(op, [x], { shape: x.shape }, { T: COMPLEX, Tout: FLOAT });
  };

export const SPECTRA: OperatorTable = {
  ...tableOf(PARTS, (op) => inFloat(part(op))),
  RFFT2D: inFloat(fourier),
};
