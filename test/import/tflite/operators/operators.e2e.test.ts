import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Edge, startEdge } from '../../../fixtures/edge/edge.ts';
import { ELEMENTWISE_CASES } from './cases/elementwise.ts';
import { INDEXING_CASES } from './cases/indexing.ts';
import { INTEGER_RECURRENT_CASES } from './cases/integer_recurrent.ts';
import { NETWORK_CASES } from './cases/network.ts';
import { graphOf } from './cases/operator_case.ts';
import { RECURRENT_CASES } from './cases/recurrent.ts';
import { SHAPE_CASES } from './cases/shape.ts';
import { SLICE_CASES } from './cases/slice.ts';
import { expectAnswers } from './expect_answers.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe.each([
  ['of each element', ELEMENTWISE_CASES],
  ['of shapes', SHAPE_CASES],
  ['of ranges', SLICE_CASES],
  ['of places', INDEXING_CASES],
  ['of networks', NETWORK_CASES],
  ['of sequences', [...RECURRENT_CASES, ...INTEGER_RECURRENT_CASES]],
])('operators %s', (_, cases) => {
  test.each(cases.map((each) => [`${each.op} ${each.about ?? ''}`.trim(), each] as const))(
    '%s',
    async (_name, each) => {
      const given = each.inputs.flatMap((tensor, index) =>
        tensor === undefined || tensor.isConstant || tensor.isVariable
          ? []
          : [[`x${index}`, tensor] as const],
      );
      const wanted = each.outputs.map((tensor, index) => [`y${index}`, tensor] as const);
      await expectAnswers(edge, [graphOf(each), ...(each.graphs ?? [])], {
        given: Object.fromEntries(given),
        wanted: Object.fromEntries(wanted),
        tolerance: each.tolerance,
      });
    },
  );
});
