import { audio } from './audio.ts';
import { basicPitch } from './basic_pitch.ts';
import { denseSmall } from './dense_small.ts';
import { denseWide } from './dense_wide.ts';
import { digits } from './digits.ts';
import { withDynamicProducts } from './dynamic_products.ts';
import { mobilenetV2 } from './mobilenet_v2.ts';
import { mobilenetV2Int8 } from './mobilenet_v2_int8.ts';
import type { NetworkSource } from './network.ts';
import { nsfwjs } from './nsfwjs.ts';
import { minilm, transformer } from './transformer.ts';

export const NETWORKS: readonly NetworkSource[] = [
  denseSmall,
  denseWide,
  withDynamicProducts(denseWide),
  digits,
  mobilenetV2,
  mobilenetV2Int8,
  transformer,
  minilm,
  withDynamicProducts(minilm),
  audio,
  basicPitch,
  nsfwjs,
];
