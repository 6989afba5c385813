import type { GateCase } from '../../gate/gate_cases/case.ts';
import { MATRIX_CASES } from './matrices.ts';

export const OPERATION_CASES: readonly GateCase[] = [...MATRIX_CASES];
