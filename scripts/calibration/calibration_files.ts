// Not from index.ts, which loads tfjs.
import { counted } from '../../import/count_progress.ts';
import { malformed } from '../../import/import_result.ts';
import type { CalibrationExample } from '../../import/index.ts';
import {
  MOST_SAMPLE_BYTES,
  type MoreExamples,
  sampleBytes,
} from '../../import/quantize/calibration_examples.ts';
import { readCalibrationFile } from './calibration_file.ts';
import { listFiles } from './listed_files.ts';

/** Each takes some seconds in a network like MobileNetV2, which this process computes three times, and hardly changes the ranges. */
const MOST_OF_FOLDER = 50;

/**
 * Returns a reader of files, and of folders of files, with images or requests on which a model is calibrated. It refuses a file
 * that could not be used; other files of a folder than images and requests are left out. Of a folder with many files, it takes some
 * that are evenly spread by name.
 */
export function calibrationFiles(
  paths: readonly string[],
  onProgress?: (text: string) => void,
): MoreExamples {
  return async (signatures, image) => {
    const mostImages =
      image === undefined ? MOST_OF_FOLDER : Math.floor(MOST_SAMPLE_BYTES / sampleBytes(image));
    const mostOfFolder = Math.max(1, Math.min(MOST_OF_FOLDER, mostImages));
    const listed = await listFiles(paths, mostOfFolder, onProgress);
    if (listed.kind !== 'read') return listed;
    const examples: CalibrationExample[] = [];
    let images = 0;
    const others: string[] = [];
    for (const { path, isNamed } of counted(listed.value, 'Reading the files of --calibrate', onProgress)) {
      const found = await readCalibrationFile(path, signatures, image, mostImages - images);
      if (found.kind === 'other' && !isNamed) others.push(path);
      else if (found.kind === 'other')
        return malformed(`${path} is neither an image (JPEG, PNG, GIF, BMP, WebP) nor a request in JSON`);
      else if (found.kind !== 'read') return found;
      else {
        images += found.value.images;
        examples.push(found.value.example);
      }
    }
    if (examples.length === 0 && others.length > 0)
      return malformed(
        `${paths.join(', ')}: no file is an image (JPEG, PNG, GIF, BMP, WebP) or a request in JSON`,
      );
    if (others.length > 0) onProgress?.(`Neither images nor requests, and left out: ${others.join(', ')}`);
    return { kind: 'read', value: examples };
  };
}
