import type { GraphNode } from '@tensorflow/tfjs-converter';
import { engine, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { LARGEST_FLOAT32 } from '../../model/dtype.ts';
import {
  flagAttribute,
  inputOf,
  numberAttribute,
  numberInput,
  type Operations,
  refuse,
} from './operation.ts';

/** What every score is above that is not the least float32 or minus infinity, as TensorFlow has it. */
const NO_LEAST_SCORE = -LARGEST_FLOAT32;

interface Chosen {
  readonly indices: Tensor;
  readonly scores: Tensor;
  readonly count: Tensor;
}

/** The number of boxes, how much they may overlap, the least score and Soft-NMS's sigma are the inputs from the third on. */
function choose(node: GraphNode, overlap: number, padding?: string): Chosen {
  const numberOr = (index: number, otherwise: number): number =>
    node.inputs.length > index ? numberInput(node, index) : otherwise;
  const [indices, scores, count] = engine().runKernel<[Tensor, Tensor, Tensor]>(
    'NonMaxSuppression',
    { boxes: inputOf(node, 0), scores: inputOf(node, 1) },
    {
      most: numberInput(node, 2),
      overlap,
      least: numberOr(4, NO_LEAST_SCORE),
      sigma: numberOr(5, 0),
      isPadded: padding !== undefined && flagAttribute(node, padding),
    },
  );
  return { indices, scores, count };
}

/** Boxes whose overlaps are an input. Of equal scores, the first one is taken first. */
function chooseByOverlaps(node: GraphNode): Tensor {
  const [overlaps, scores] = [inputOf(node, 0), inputOf(node, 1)];
  const [most, overlap, least] = [numberInput(node, 2), numberInput(node, 3), numberInput(node, 4)];
  const count = scores.size;
  if (scores.rank !== 1 || String(overlaps.shape) !== `${count},${count}`)
    refuse(node, `overlaps of shape [${overlaps.shape}] do not fit scores of shape [${scores.shape}]`);
  if (most < 0) refuse(node, `${most} is no number of boxes`);
  const [shared, values] = [overlaps.dataSync(), scores.dataSync()];
  const score = (box: number): number => values[box] ?? 0;
  const candidates = Array.from({ length: count }, (_, box) => box)
    .filter((box) => score(box) > least)
    .sort((one, other) => score(other) - score(one) || one - other);
  const chosen: number[] = [];
  for (const box of candidates)
    if (chosen.length < most && chosen.every((other) => !((shared[box * count + other] ?? 0) > overlap)))
      chosen.push(box);
  return tensor1d(chosen, 'int32');
}

/** The versions differ in their outputs: the places of the chosen boxes, their scores and their number. */
export const SUPPRESSION: Operations = {
  CombinedNonMaxSuppression: (node) =>
    engine().runKernel<Tensor[]>(
      'CombinedNonMaxSuppression',
      { boxes: inputOf(node, 0), scores: inputOf(node, 1) },
      {
        most: numberInput(node, 2),
        total: numberInput(node, 3),
        overlap: numberInput(node, 4),
        least: numberInput(node, 5),
        isPerClass: flagAttribute(node, 'pad_per_class'),
        isClipped: flagAttribute(node, 'clip_boxes', true),
      },
    ),
  NonMaxSuppression: (node) => choose(node, numberAttribute(node, 'iou_threshold', 0.5)).indices,
  NonMaxSuppressionV2: (node) => choose(node, numberInput(node, 3)).indices,
  NonMaxSuppressionV3: (node) => choose(node, numberInput(node, 3)).indices,
  NonMaxSuppressionV4: (node) => {
    const { indices, count } = choose(node, numberInput(node, 3), 'pad_to_max_output_size');
    return [indices, count];
  },
  NonMaxSuppressionWithOverlaps: chooseByOverlaps,
  NonMaxSuppressionV5: (node) => {
    const { indices, scores, count } = choose(node, numberInput(node, 3), 'pad_to_max_output_size');
    return [indices, scores, count];
  },
};
