import { gives, type Rule, type Rules } from '../../rule.ts';
import { diagonalsOfMatrix, matrixOfDiagonals, replacedDiagonals } from './diagonals.ts';

/** num_lower and num_upper are the numbers of kept diagonals. A negative number keeps the whole triangle. */
const bandPart: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  if (x.shape.length < 2) call.refuse(`x of shape [${x.shape}] is not a matrix`);
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const lower = call.integer('numLower');
  const upper = call.integer('numUpper');
  if (lower > rows) call.refuse(`num_lower of ${lower} is more than ${rows} rows`);
  if (upper > columns) call.refuse(`num_upper of ${upper} is more than ${columns} columns`);
  return gives(x.shape, x.dtype);
};

export const MATRIX_RULES: Rules = {
  MatrixBandPart: bandPart,
  MatrixDiag: matrixOfDiagonals,
  MatrixDiagPart: diagonalsOfMatrix,
  MatrixSetDiag: replacedDiagonals,
};
