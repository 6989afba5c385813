import { patchesOf } from '../../gate/rules/images/patches.ts';
import { makeOutput, type PlainKernel, valuesOf } from '../javascript_kernel.ts';

/** The pixels of each patch in one row; those outside of the image are zeros. */
export const patches: PlainKernel = (backend, call, [output]) => {
  const images = call.tensor('images');
  const [rows, columns] = patchesOf(call);
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  const result = makeOutput(backend, output);
  const pixels = valuesOf(backend, images);
  const values = valuesOf(backend, result);
  let to = 0;
  for (let image = 0; image < batch; image++)
    for (let row = 0; row < rows.count; row++)
      for (let column = 0; column < columns.count; column++)
        for (let y = 0; y < rows.size; y++)
          for (let x = 0; x < columns.size; x++) {
            const top = row * rows.stride - rows.before + y * rows.rate;
            const left = column * columns.stride - columns.before + x * columns.rate;
            const isInside = top >= 0 && top < height && left >= 0 && left < width;
            const from = ((image * height + top) * width + left) * channels;
            for (let channel = 0; channel < channels; channel++)
              values[to++] = isInside ? (pixels[from + channel] ?? 0) : 0;
          }
  return result;
};
