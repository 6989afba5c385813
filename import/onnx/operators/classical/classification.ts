import { binary, cast, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { concatenate, gather } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { OperatorCall } from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuseMalformed } from '../../values/refusal.ts';
import { argumentOfExtreme } from '../reductions/extremes.ts';
import { type List, listTensor, namesOf, readLabels } from './labels.ts';
import { POST_TRANSFORMS, type PostTransform, postTransform } from './post_transform.ts';

/** The labels of a classifier. @param integers the name of the attribute with labels that are integers */
export function labelsOf(call: OperatorCall, integers: string): List {
  return readLabels(call, integers, 'classlabels_strings') ?? refuseMalformed('has no labels');
}

/** The label of the largest score, and the scores. @param scores [rows, classes] */
export function classifiedByScores(
  call: OperatorCall,
  scores: SymbolicTensor,
  labels: List,
): readonly OnnxTensor[] {
  const { g } = call;
  const place = argumentOfExtreme(g, 'ArgMax', scores, 1);
  return labelsAndScores(call, place, postTransform(g, scores, transformOf(call)), labels);
}

/** The score of the second of two labels, [rows, 1]. */
interface OneScore {
  readonly score: SymbolicTensor;
  /** The second label is taken above it. */
  readonly limit: number;
  /** Whether what is left of 1 is the score of the first label, and not its negative. */
  readonly isShare: boolean;
}

/** One of two labels by one score, and the scores of both. The functions are those that ONNX Runtime calls here. */
export function classifiedByOneScore(
  call: OperatorCall,
  { score, limit, isShare }: OneScore,
  labels: List,
  kind: PostTransform,
): readonly OnnxTensor[] {
  const { g } = call;
  const place = secondAbove(g, score, limit);
  if (kind === 'PROBIT') return labelsAndScores(call, place, postTransform(g, score, kind), labels);
  const own = kind === 'LOGISTIC' ? postTransform(g, score, kind) : score;
  const other = isShare || kind === 'LOGISTIC' ? subtract(g, 1, own) : unary(g, 'Neg', own);
  return labelsAndScores(call, place, concatenate(g, [other, own], 1), labels);
}

/** Which of two labels each row has: 1 where its score is above the limit. @param score [rows, 1] */
export function secondAbove(g: NodeBuilder, score: SymbolicTensor, limit: number): SymbolicTensor {
  return cast(g, gather(g, binary(g, 'Greater', score, limit), g.integers([0], []), 1), 'int32');
}

/** What the node makes of scores. */
export const transformOf = ({ attributes }: OperatorCall): PostTransform =>
  attributes.choice('post_transform', POST_TRANSFORMS, 'NONE');

export function labelsAndScores(
  call: OperatorCall,
  place: SymbolicTensor,
  scores: SymbolicTensor,
  labels: List,
): readonly OnnxTensor[] {
  const names = gather(call.g, listTensor(call, labels), place, 0);
  return [typed(names, labels.type), { ...typed(scores, 'FLOAT'), classes: namesOf(labels) }];
}
