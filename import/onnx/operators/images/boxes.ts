import { add, divide, multiply, subtract } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import { concatenate, gather, reshape, split } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  castTo,
  input,
  knownSize,
  type Operator,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { onlyElement } from '../shapes/sizes.ts';

/** Each image and each class is a node of its own. */
const MOST_CLASSES = 256;

/** Boxes [batch, boxes, 4] and scores [batch, classes, boxes]: the image, class and box of each that is kept. */
const nonMaxSuppression: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [boxes, scores] = [input(call, 0), input(call, 1)];
  const isCentered = attributes.integer('center_point_box', 0) === 1;
  const batch = knownSize(scores, 0, 'a known number of images');
  const classes = knownSize(scores, 1, 'a known number of classes');
  if (batch * classes > MOST_CLASSES)
    refuse(`is of ${batch} images and ${classes} classes, which are too many`);
  const most = inputs[2] === undefined ? g.integers([0], []) : onlyElement(g, castTo(g, inputs[2], 'INT64'));
  const overlap = inputs[3] === undefined ? g.floats([0], []) : onlyElement(g, inputs[3]);
  const least =
    inputs[4] === undefined ? g.floats([Number.NEGATIVE_INFINITY], []) : onlyElement(g, inputs[4]);
  const kept: SymbolicTensor[] = [];
  for (let image = 0; image < batch; image++) {
    const own = gather(g, boxes, g.integers([image], []), 0);
    const corners = isCentered ? cornersOf(g, own) : own;
    const ofImage = gather(g, scores, g.integers([image], []), 0);
    for (let label = 0; label < classes; label++) {
      const selected = g.node(
        'NonMaxSuppressionV3',
        [corners, gather(g, ofImage, g.integers([label], []), 0), most, overlap, least],
        { shape: [null], dtype: 'int32' },
        { T: typeValue('float32') },
      );
      const column = reshapeColumn(g, selected);
      const zeros = multiply(g, column, 0);
      kept.push(concatenate(g, [add(g, zeros, image), add(g, zeros, label), column], 1));
    }
  }
  return typed(concatenate(g, kept, 0), 'INT64');
};

function reshapeColumn(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return { ...reshape(g, x, [-1, 1]), shape: [null, 1] };
}

/** [x, y, width, height] as [y1, x1, y2, x2]. */
function cornersOf(g: NodeBuilder, boxes: SymbolicTensor): SymbolicTensor {
  const [x, y, width, height] = split(g, boxes, 1, 4);
  if (x === undefined || y === undefined || width === undefined || height === undefined) return boxes;
  const [wide, high] = [divide(g, width, 2), divide(g, height, 2)];
  return concatenate(g, [subtract(g, y, high), subtract(g, x, wide), add(g, y, high), add(g, x, wide)], 1);
}

export const BOXES: OperatorTable = { NonMaxSuppression: nonMaxSuppression };
