import type { NumericValues } from '../../gate/kernel_call.ts';
import { type Candidate, CandidateQueue } from './candidate_queue.ts';

const { fround } = Math;

/** What is chosen of boxes, and by what. */
export interface Choice {
  readonly most: number;
  /** What two chosen boxes may share. */
  readonly overlap: number;
  /** What every score is above. */
  readonly least: number;
  /** Of Soft-NMS; 0 for none. */
  readonly sigma: number;
}

/**
 * Chooses boxes by their scores and leaves out those that overlap a chosen one, by TensorFlow's
 * non_max_suppression_op.cc: of equal scores the first box comes first, and scores of Soft-NMS fall as boxes are chosen.
 */
export function chooseBoxes(boxes: NumericValues, scores: ArrayLike<number>, choice: Choice): Candidate[] {
  const queue = new CandidateQueue();
  for (let box = 0; box < scores.length; box++) {
    const score = scores[box] ?? 0;
    if (score > choice.least) queue.add({ box, score, compared: 0 });
  }
  const chosen: Candidate[] = [];
  while (chosen.length < choice.most) {
    const next = queue.take();
    if (next === undefined) break;
    const before = next.score;
    if (isSuppressed(next, chosen, boxes, choice)) continue;
    next.compared = chosen.length;
    if (next.score === before) chosen.push(next);
    else if (next.score > choice.least) queue.add(next);
  }
  return chosen;
}

/** Lowers the score of a candidate by what it overlaps. @returns whether it is out */
function isSuppressed(
  candidate: Candidate,
  chosen: readonly Candidate[],
  boxes: NumericValues,
  { overlap, least, sigma }: Choice,
): boolean {
  for (let index = chosen.length - 1; index >= candidate.compared; index--) {
    const similarity = sharedPart(boxes, candidate.box, chosen[index]?.box ?? 0);
    if (sigma === 0 && similarity > overlap) return true;
    if (sigma > 0)
      candidate.score = fround(candidate.score * fround(Math.exp((-0.5 / sigma) * similarity * similarity)));
    if (candidate.score <= least) return false;
  }
  return false;
}

/** What two boxes share of what they cover together. Corners may be given in any order. */
function sharedPart(boxes: NumericValues, one: number, other: number): number {
  const a = corners(boxes, one);
  const b = corners(boxes, other);
  if (a.area <= 0 || b.area <= 0) return 0;
  const height = Math.max(fround(Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)), 0);
  const width = Math.max(fround(Math.min(a.right, b.right) - Math.max(a.left, b.left)), 0);
  const shared = fround(height * width);
  return fround(shared / fround(fround(a.area + b.area) - shared));
}

function corners(boxes: NumericValues, box: number) {
  const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = boxes.subarray(4 * box, 4 * box + 4);
  const [top, left, bottom, right] = [Math.min(y1, y2), Math.min(x1, x2), Math.max(y1, y2), Math.max(x1, x2)];
  return { top, left, bottom, right, area: fround(fround(bottom - top) * fround(right - left)) };
}
