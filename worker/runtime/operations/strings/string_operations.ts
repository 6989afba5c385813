import type { Operations } from '../operation.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { sparseCross } from './crossing.ts';
import { HASHING } from './hashing.ts';
import { JOINING } from './joining.ts';
import { MOVED_ELEMENTS } from './moved_elements.ts';
import { stringNGrams } from './n_grams.ts';
import { asString } from './numbers/formatting.ts';
import { stringToNumber } from './numbers/parsing.ts';
import { PATTERNS } from './patterns.ts';
import { decodeRaw } from './raw_bytes.ts';
import { SPLITTING } from './splitting.ts';
import { TRANSFORMS } from './transforms.ts';

/** The operations on strings, and those on elements of any type. */
export const STRING_OPERATIONS: Operations = {
  ...HASHING,
  ...JOINING,
  ...MOVED_ELEMENTS,
  ...PATTERNS,
  ...SPLITTING,
  ...TRANSFORMS,
  AsString: asString,
  DecodeBase64: decodeBase64,
  DecodeRaw: decodeRaw,
  EncodeBase64: encodeBase64,
  SparseCross: sparseCross,
  StringNGrams: stringNGrams,
  StringToNumber: stringToNumber,
};
