import type { KernelCall } from '../../gate/kernel_call.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';
import type { Candidate } from './candidate_queue.ts';
import { type Choice, chooseBoxes } from './choose_boxes.ts';

function choiceOf(call: KernelCall, sigma: number): Choice {
  return {
    most: call.integer('most'),
    overlap: Math.fround(call.number('overlap')),
    least: Math.fround(call.number('least')),
    sigma,
  };
}

/** The places of the chosen boxes, their scores, and how many they are. */
export const suppress: PlainKernel = (backend, call) => {
  const boxes = valuesOf(backend, call.tensor('boxes'));
  const scores = valuesOf(backend, call.tensor('scores'));
  const chosen = chooseBoxes(boxes, scores, choiceOf(call, call.number('sigma')));
  const size = call.flag('isPadded') ? call.integer('most') : chosen.length;
  const indices = makeOutput(backend, { shape: [size], dtype: 'int32' });
  const chosenScores = makeOutput(backend, { shape: [size], dtype: 'float32' });
  const count = makeOutput(backend, { shape: [], dtype: 'int32' });
  const [places, values] = [valuesOf(backend, indices), valuesOf(backend, chosenScores)];
  for (let index = 0; index < size; index++) {
    places[index] = chosen[index]?.box ?? 0;
    values[index] = chosen[index]?.score ?? 0;
  }
  valuesOf(backend, count)[0] = chosen.length;
  return [indices, chosenScores, count];
};

interface Detection extends Candidate {
  readonly category: number;
  /** Where its four corners begin. */
  readonly corners: number;
}

/** Boxes of each class by themselves, and of all classes the best: corners, scores and classes, and how many they are. */
export const suppressByClass: PlainKernel = (backend, call, outputs) => {
  const results = outputs.map((output) => makeOutput(backend, output));
  const [batch = 0, count = 0, sets = 0] = call.tensor('boxes').shape;
  const classes = call.tensor('scores').shape[2] ?? 0;
  const boxes = valuesOf(backend, call.tensor('boxes'));
  const scores = valuesOf(backend, call.tensor('scores'));
  const [corners, best, categories, counts] = results.map((result) => valuesOf(backend, result).fill(0));
  const most = results[1]?.shape[1] ?? 0;
  const [own, ownScores] = [new Float32Array(4 * count), new Float32Array(count)];
  for (let image = 0; image < batch; image++) {
    const detections: Detection[] = [];
    for (let category = 0; category < classes; category++) {
      const startOf = (box: number): number =>
        4 * ((image * count + box) * sets + (sets === 1 ? 0 : category));
      for (let box = 0; box < count; box++) {
        own.set(boxes.subarray(startOf(box), startOf(box) + 4), 4 * box);
        ownScores[box] = scores[(image * count + box) * classes + category] ?? 0;
      }
      for (const candidate of chooseBoxes(own, ownScores, choiceOf(call, 0)))
        detections.push({ ...candidate, category, corners: startOf(candidate.box) });
    }
    const kept = detections.sort((a, b) => b.score - a.score).slice(0, most);
    for (const [index, { score, category, corners: from }] of kept.entries()) {
      const to = image * most + index;
      for (let corner = 0; corner < 4; corner++) {
        const value = boxes[from + corner] ?? 0;
        if (corners)
          corners[4 * to + corner] = call.flag('isClipped') ? Math.min(1, Math.max(0, value)) : value;
      }
      if (best) best[to] = score;
      if (categories) categories[to] = category;
    }
    if (counts) counts[image] = kept.length;
  }
  return results;
};
