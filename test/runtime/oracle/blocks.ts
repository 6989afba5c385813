import {
  at,
  build,
  count,
  flat,
  indices,
  input,
  integer,
  integers,
  type Operation,
  ofRank,
  pairs,
  require,
  value,
} from './tensor.ts';

const depthToSpace: Operation = (call) => {
  const x = input(call, 'x');
  ofRank(x, 4);
  const block = integer(call, 'blockSize');
  require(call.attributes.dataFormat === 'NHWC', 'channels first');
  const [batch, height, width, channels] = [at(x.shape, 0), at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  require(block > 1 && channels % block ** 2 === 0, `blocks of ${block}`);
  const depth = channels / block ** 2;
  return [
    build(x.dtype, [batch, height * block, width * block, depth], ([n = 0, y = 0, z = 0, c = 0]) =>
      value(x, [
        n,
        Math.floor(y / block),
        Math.floor(z / block),
        ((y % block) * block + (z % block)) * depth + c,
      ]),
    ),
  ];
};

const batchToSpace: Operation = (call) => {
  const x = input(call, 'x');
  const blocks = integers(call, 'blockShape');
  const crops = pairs(call, 'crops', blocks.length);
  require(blocks.length >= 1 && blocks.every((each) => each >= 1), `blocks of [${blocks}]`);
  require(x.shape.length > blocks.length, 'too few dimensions');
  const batch = at(x.shape, 0);
  require(batch % count(blocks) === 0, `a batch of ${batch}`);
  const spatial = blocks.map(
    (block, each) => at(x.shape, each + 1) * block - at(crops, each)[0] - at(crops, each)[1],
  );
  require(spatial.every((size) => size >= 0), 'more is cropped than there is');
  const outBatch = batch / count(blocks);
  const shape = [outBatch, ...spatial, ...x.shape.slice(blocks.length + 1)];
  return [
    build(x.dtype, shape, (index) => {
      const places = blocks.map((_, each) => at(index, each + 1) + at(crops, each)[0]);
      const within = flat(
        blocks,
        places.map((place, each) => place % at(blocks, each)),
      );
      const outer = places.map((place, each) => Math.floor(place / at(blocks, each)));
      return value(x, [within * outBatch + at(index, 0), ...outer, ...index.slice(blocks.length + 1)]);
    }),
  ];
};

const spaceToBatch: Operation = (call) => {
  const x = input(call, 'x');
  const blocks = integers(call, 'blockShape');
  const around = pairs(call, 'paddings', blocks.length);
  require(blocks.length >= 1 && blocks.every((each) => each >= 1), `blocks of [${blocks}]`);
  require(x.shape.length > blocks.length, 'too few dimensions');
  const padded = blocks.map((_, each) => at(x.shape, each + 1) + at(around, each)[0] + at(around, each)[1]);
  require(padded.every(
    (size, each) => size % at(blocks, each) === 0,
  ), `[${padded}] in blocks of [${blocks}]`);
  const batch = at(x.shape, 0);
  const spatial = padded.map((size, each) => size / at(blocks, each));
  const shape = [batch * count(blocks), ...spatial, ...x.shape.slice(blocks.length + 1)];
  const blockIndices = indices(blocks);
  return [
    build(x.dtype, shape, (index) => {
      const within = at(blockIndices, Math.floor(at(index, 0) / batch));
      const places = blocks.map(
        (block, each) => at(index, each + 1) * block + at(within, each) - at(around, each)[0],
      );
      const isInside = places.every((place, each) => place >= 0 && place < at(x.shape, each + 1));
      return isInside ? value(x, [at(index, 0) % batch, ...places, ...index.slice(blocks.length + 1)]) : 0;
    }),
  ];
};

export const BLOCKS: Readonly<Record<string, Operation>> = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  SpaceToBatchND: spaceToBatch,
};
