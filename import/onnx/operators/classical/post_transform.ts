import { binary, cast, divide, multiply, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { reduce, softmax } from '../../../builder/reductions.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';

export const POST_TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'] as const;
export type PostTransform = (typeof POST_TRANSFORMS)[number];

/** What is made of the scores, [rows, classes]. */
export function postTransform(g: NodeBuilder, scores: SymbolicTensor, kind: PostTransform): SymbolicTensor {
  const last = rank(scores) - 1;
  switch (kind) {
    case 'NONE':
      return scores;
    case 'SOFTMAX':
      return softmax(g, scores, last);
    case 'LOGISTIC':
      return unary(g, 'Sigmoid', scores);
    case 'PROBIT':
      return unary(g, 'Ndtri', scores);
    case 'SOFTMAX_ZERO': {
      // Scores of zero stay zero.
      const isSet = cast(g, binary(g, 'NotEqual', scores, 0), 'float32');
      const powers = multiply(g, unary(g, 'Exp', scores), isSet);
      return divide(g, powers, reduce(g, 'Sum', powers, [last], true));
    }
  }
}
