import { expect, test } from 'vitest';
import type { NodeAttribute } from '../../../import/graph/graph.ts';
import { outputType } from '../../../import/graph/output_types.ts';

const INT: NodeAttribute = { type: 'DT_INT32' };
const FLOAT: NodeAttribute = { type: 'DT_FLOAT' };

/** The types are those of TensorFlow's definitions of the operations. */
test.each<[string, string, Record<string, NodeAttribute>, number, string]>([
  ['a resized image of integers', 'ResizeBilinear', { T: INT }, 0, 'DT_FLOAT'],
  ['a resized image whose pixels are chosen', 'ResizeNearestNeighbor', { T: INT }, 0, 'DT_INT32'],
  ['boxes that are kept', 'NonMaxSuppressionV3', { T: FLOAT }, 0, 'DT_INT32'],
  ['scores that are kept', 'NonMaxSuppressionV5', { T: FLOAT }, 1, 'DT_FLOAT'],
  ['how many boxes are kept', 'NonMaxSuppressionV5', { T: FLOAT }, 2, 'DT_INT32'],
  ['samples', 'Multinomial', { T: FLOAT, output_dtype: { type: 'DT_INT64' } }, 0, 'DT_INT32'],
  ['the largest values', 'TopKV2', { T: FLOAT }, 0, 'DT_FLOAT'],
  ['where the largest values are', 'TopKV2', { T: FLOAT }, 1, 'DT_INT32'],
  ['filled rows of strings', 'SparseFillEmptyRows', { T: { type: 'DT_STRING' } }, 1, 'DT_STRING'],
  ['rows that are gathered', 'GatherV2', { Tparams: FLOAT, Tindices: INT }, 0, 'DT_FLOAT'],
  ['a range of integers', 'Range', { Tidx: INT }, 0, 'DT_INT32'],
  ['a comparison', 'NotEqual', { T: { type: 'DT_STRING' } }, 0, 'DT_BOOL'],
  ['a cast', 'Cast', { SrcT: FLOAT, DstT: INT }, 0, 'DT_INT32'],
  [
    'the second of several that are handed on',
    'IdentityN',
    { T: { list: { type: ['DT_FLOAT', 'DT_BOOL'] } } },
    1,
    'DT_BOOL',
  ],
  [
    'the second result of a case',
    'Case',
    { Tout: { list: { type: ['DT_FLOAT', 'DT_INT32'] } } },
    1,
    'DT_INT32',
  ],
  ['a list that is stacked', 'TensorListStack', { element_dtype: INT }, 0, 'DT_INT32'],
  ['an operation without attributes', 'Unknown', {}, 0, 'DT_FLOAT'],
])('%s', (_, op, attr, index, type) => {
  expect(outputType({ name: 'y', op, input: [], attr }, index)).toBe(type);
});
