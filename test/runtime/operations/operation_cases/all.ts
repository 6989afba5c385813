import type { GateCase } from '../../gate/gate_cases/case.ts';
import { ARITHMETIC_CASES } from './arithmetic.ts';
import { BASE64_CASES } from './base64.ts';
import { EINSUM_CASES } from './einsum.ts';
import { FAKE_QUANTIZATION_CASES } from './fake_quantization.ts';
import { INTEGER_PRODUCT_CASES } from './integer_products.ts';
import { INTEGER_TYPE_CASES } from './integer_types.ts';
import { LIMIT_CASES } from './limits.ts';
import { LOOKUP_TABLE_CASES } from './lookup_tables.ts';
import { MATRIX_CASES } from './matrices.ts';
import { MOVED_STRING_CASES } from './moved_strings.ts';
import { ONE_HOT_CASES } from './one_hot.ts';
import { PATTERN_CASES } from './patterns.ts';
import { RAGGED_CASES } from './ragged.ts';
import { SELECT_CASES } from './select.ts';
import { STRING_CASES } from './string_operations.ts';

export const OPERATION_CASES: readonly GateCase[] = [
  ...ARITHMETIC_CASES,
  ...BASE64_CASES,
  ...EINSUM_CASES,
  ...FAKE_QUANTIZATION_CASES,
  ...INTEGER_PRODUCT_CASES,
  ...INTEGER_TYPE_CASES,
  ...LIMIT_CASES,
  ...LOOKUP_TABLE_CASES,
  ...MATRIX_CASES,
  ...MOVED_STRING_CASES,
  ...ONE_HOT_CASES,
  ...PATTERN_CASES,
  ...RAGGED_CASES,
  ...SELECT_CASES,
  ...STRING_CASES,
];
