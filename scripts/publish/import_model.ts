import {
  type CalibrationExample,
  type IntegerReport,
  type ModelImport,
  openModel,
  quantizationAccuracy,
} from '../../import/index.ts';
import { calibrationFiles } from '../calibration/calibration_files.ts';
import { decodeImages } from '../calibration/image_decoder.ts';
import type { PublishRequest } from './publish_request.ts';
import { lossFault, type QuantizationCost, withPermittedDifference } from './quantization.ts';

interface ImportObserver {
  /** Receives the current step of a conversion. */
  readonly onConvert?: (text: string) => void;
  /** Receives what a quantization costs, before anything is uploaded. */
  readonly onQuantized?: (cost: QuantizationCost) => void;
}

type ReadImport = Extract<ModelImport, { kind: 'read' }>;

/** A model to publish, and what it was before it was quantized to int8. */
export type PublishImport =
  | Exclude<ModelImport, ReadImport>
  | (ReadImport & { readonly original?: ReadImport });

/**
 * Reads the model of a request in any format, and measures what its quantization costs, if there is one. A quantized model that
 * differs by more than the request permits is refused.
 */
export async function importModel(
  { path, ends, layout, quantize, calibrate = [], maxLoss }: PublishRequest,
  temporaryDirectory: string,
  { onConvert, onQuantized }: ImportObserver,
): Promise<PublishImport> {
  const source = { ...(ends && { ends }), ...(layout && { layout }) };
  const progress = onConvert === undefined ? {} : { onProgress: onConvert };
  if (quantize === undefined) return openModel(path, { temporaryDirectory, ...source, ...progress });
  let integers: IntegerReport | undefined;
  let examples: readonly CalibrationExample[] | undefined;
  let original: ReadImport | undefined;
  const imported = await openModel(path, {
    ...{ temporaryDirectory, ...source, ...progress, quantize },
    calibration: { more: calibrationFiles(calibrate, onConvert), decodeImages },
    onIntegers: (quantized) => {
      integers = quantized.report;
      // A model without convolutions needs none.
      if (quantized.examples.length > 0) examples = quantized.examples;
    },
  });
  if (imported.kind !== 'read') return imported;
  const accuracy = await quantizationAccuracy(path, imported, {
    ...{ temporaryDirectory, ...source, ...progress, examples, decodeImages },
    onOriginal: (opened) => {
      original = opened;
    },
  });
  if (accuracy.kind !== 'read') return accuracy;
  onQuantized?.({
    accuracy: accuracy.value,
    ...(integers === undefined ? {} : { integers: { ...integers, examples: examples?.length ?? 0 } }),
  });
  const fault = maxLoss === undefined ? undefined : lossFault(quantize, accuracy.value, maxLoss);
  if (fault !== undefined) return { kind: 'unsupported', message: fault };
  return {
    ...imported,
    content: withPermittedDifference(imported.content, quantize),
    ...(integers === undefined || original === undefined ? {} : { original }),
  };
}
