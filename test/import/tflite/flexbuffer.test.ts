import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TfliteRefusal } from '../../../import/tflite/conversion/refusal.ts';
import { readFlexMap } from '../../../import/tflite/file/flexbuffer.ts';
import { flexMap } from './operators/flex_map.ts';

const MEMBERS = { max_detections: 10, nms_iou_threshold: 0.5, use_regular_nms: true, y_scale: -2.25 };

/** Reads a map, or refuses it: nothing else may happen. */
function readOrRefuse(bytes: Uint8Array): void {
  try {
    readFlexMap(bytes);
  } catch (error) {
    if (!(error instanceof TfliteRefusal)) throw error;
  }
}

describe('the options of custom operations', () => {
  test('are read by their names', () => {
    expect(Object.fromEntries(readFlexMap(flexMap(MEMBERS)))).toEqual(MEMBERS);
  });

  test('that are not a map are refused', () => {
    expect(() => readFlexMap(Uint8Array.from([7, 4, 1]))).toThrow(TfliteRefusal);
    expect(() => readFlexMap(new Uint8Array())).toThrow(TfliteRefusal);
  });

  test('are read or refused, whatever bytes they have', () => {
    const whole = flexMap(MEMBERS);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = whole.slice(whole.length - length);
          for (const [place, value] of changes) if (place < length) bytes[place] = value;
          readOrRefuse(bytes);
        },
      ),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), readOrRefuse));
  });
});
