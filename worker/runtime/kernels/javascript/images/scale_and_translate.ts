import { isSamplingKernel, type SamplingKernel, scaling } from '../../gate/rules/images/scaling.ts';
import { type Mix, resizing } from './mixes.ts';

interface Sampling {
  readonly radius: number;
  /** The weight of a pixel at a distance, which is no more than the radius. */
  readonly weight: (distance: number) => number;
}

function lanczos(radius: number): Sampling {
  return {
    radius,
    weight: (x) =>
      x <= 1e-3
        ? 1
        : (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * Math.PI * x * x),
  };
}

/** By TensorFlow's sampling_kernels.h. */
const SAMPLINGS: Readonly<Record<SamplingKernel, Sampling>> = {
  box: { radius: 1, weight: (x) => (x < 0.5 ? 1 : x === 0.5 ? 0.5 : 0) },
  gaussian: { radius: 1.5, weight: (x) => (x >= 1.5 ? 0 : Math.exp(-2 * x * x)) },
  keyscubic: {
    radius: 2,
    weight: (x) => (x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  },
  lanczos1: lanczos(1),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  mitchellcubic: {
    radius: 2,
    weight: (x) =>
      x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9,
  },
  triangle: { radius: 1, weight: (x) => 1 - x },
};

/** Resizes and moves images; shrinking, a pixel is made of all that it covers. */
export const scaleAndTranslate = resizing((call, size, newSize, axis) => {
  const kernel = call.text('kernel');
  if (!isSamplingKernel(kernel)) return call.refuse(`the kernel ${String(kernel)} is not known`);
  const { radius, weight } = SAMPLINGS[kernel];
  const { scales, translations } = scaling(call);
  const inverse = 1 / (scales[axis] ?? 1);
  const stretch = call.flag('isAntialiased') ? Math.max(inverse, 1) : 1;
  return Array.from({ length: newSize }, (_, place): Mix => {
    const center = (place + 0.5 - (translations[axis] ?? 0)) * inverse;
    if (center < 0 || center > size) return { places: [], weights: [] };
    const inside = (each: number): number => Math.min(size - 1, Math.max(0, each));
    const first = inside(Math.ceil(center - radius * stretch - 0.5));
    const last = inside(Math.floor(center + radius * stretch - 0.5));
    const places = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const weights = places.map((each) => {
      const distance = Math.abs(each + 0.5 - center) / stretch;
      return distance > radius ? 0 : weight(distance);
    });
    const sum = weights.reduce((total, each) => total + each, 0);
    return { places, weights: Math.abs(sum) < 1e-35 ? weights : weights.map((each) => each / sum) };
  });
});
