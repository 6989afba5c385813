import type { backend_util } from '@tensorflow/tfjs-core';

/** Sizes of an image, a window over it, and what comes out, as tfjs works them out. */
export type WindowInfo = ReturnType<typeof backend_util.computeConv2DInfo>;

/** The image that a window passes over, in the order in which every function takes it. */
export function imageArguments(info: WindowInfo) {
  return [info.batchSize, info.inHeight, info.inWidth, info.inChannels] as const;
}

/** The window, from its height to the padding on the left, in the order in which every function takes it. */
export function windowArguments({ padInfo, ...info }: WindowInfo) {
  return [
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    padInfo.top,
    padInfo.left,
  ] as const;
}
