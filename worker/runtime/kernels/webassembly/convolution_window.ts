import type { backend_util } from '@tensorflow/tfjs-core';

/** The sizes of an image, of a window over it, and of the result, as tfjs computes them. */
export type WindowInfo = ReturnType<typeof backend_util.computeConv2DInfo>;

/** Returns the image's arguments in the order of every kernel's parameters. */
export function imageArguments(info: WindowInfo) {
  return [info.batchSize, info.inHeight, info.inWidth, info.inChannels] as const;
}

/** Returns the window's arguments, from its height to its left padding, in the order of every kernel's parameters. */
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
