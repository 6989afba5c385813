import type { GateCase } from './case.ts';
import { EMPTY_CASES } from './empty.ts';
import { PLACE_CASES } from './places.ts';
import { PRODUCT_CASES } from './products.ts';

export const GATE_CASES: readonly GateCase[] = [...EMPTY_CASES, ...PLACE_CASES, ...PRODUCT_CASES];
