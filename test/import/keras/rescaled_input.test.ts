import { describe, expect, test } from 'vitest';
import { rescaledInput } from '../../../import/keras/rescaled_input.ts';
import { temporaryFolder } from '../../fixtures/commands/temporary_folder.ts';
import { importBytes, layer, sequential3 } from '../../fixtures/keras/import_bytes.ts';
import { writeKerasArchive } from '../../fixtures/keras/keras_files.ts';

const folder = await temporaryFolder();
const rescaling = (scale: unknown) => layer('Rescaling', { name: 'rescaling', scale, offset: 0 });
const flatten = layer('Flatten', { name: 'flatten' });
const PLAIN = { fit: 'stretch', resize: 'bilinear', scale: 1, offset: 0 };

/** A Functional model in the form of Keras 2. */
function functional2(
  ...layers: readonly (readonly [className: string, name: string, from: string, config?: object])[]
) {
  return {
    class_name: 'Functional',
    config: {
      layers: [
        { class_name: 'InputLayer', name: 'in', config: { name: 'in' }, inbound_nodes: [] },
        ...layers.map(([class_name, name, from, config = {}]) => ({
          class_name,
          name,
          config: { name, ...config },
          inbound_nodes: [[[from, 0, 0, {}]]],
        })),
      ],
    },
  };
}

describe('a model that rescales samples from 0 to 255 itself', () => {
  test.each([
    ['at once', sequential3([8, 8, 3], [rescaling(1 / 255), flatten]), PLAIN],
    ['to numbers from -1 to 1', sequential3([8, 8, 3], [rescaling(1 / 127.5)]), PLAIN],
    [
      'each channel by its own',
      sequential3([8, 8, 3], [rescaling([1 / 58, 1 / 57, 1 / 57].map((x) => x / 4))]),
      PLAIN,
    ],
    [
      'behind a layer that resizes',
      sequential3(
        [null, null, 3],
        [layer('Resizing', { name: 'r', height: 6, width: 4 }), rescaling(1 / 255)],
      ),
      { ...PLAIN, size: [6, 4] },
    ],
    [
      'behind augmentation, in a Functional model',
      functional2(
        ['RandomFlip', 'flip', 'in'],
        ['Rescaling', 'scaled', 'flip', { scale: 1 / 255 }],
        ['Flatten', 'f', 'scaled'],
      ),
      PLAIN,
    ],
  ])('takes images: %s', (_, configuration, image) => {
    expect(rescaledInput(configuration)).toEqual(image);
  });

  test.each([
    ['that scales numbers from 0 to 1', sequential3([8, 8, 3], [rescaling(2)])],
    ['that does something else first', sequential3([8, 8, 3], [flatten, rescaling(1 / 255)])],
    ['that does not scale', sequential3([8, 8, 3], [flatten])],
    [
      'whose input goes elsewhere too',
      functional2(['Rescaling', 'scaled', 'in', { scale: 1 / 255 }], ['Flatten', 'f', 'in']),
    ],
    ['that is none', { class_name: 'Dense' }],
  ])('a model %s does not tell', (_, configuration) => {
    expect(rescaledInput(configuration)).toBeUndefined();
  });

  test('is imported as taking them, unless its input is no image', async () => {
    const imported = async (shape: number[]) => {
      const file = await writeKerasArchive(sequential3(shape, [rescaling(1 / 255)]), {});
      return (await importBytes(folder, 'model.keras', file)).imported;
    };
    expect(await imported([6, 4, 3])).toMatchObject({
      kind: 'read',
      content: { image: { input: 'in', height: 6, width: 4, channels: 'rgb', scale: [1], offset: [0] } },
    });
    expect(await imported([6])).toMatchObject({
      kind: 'read',
      content: expect.not.objectContaining({ image: expect.anything() }),
    });
  });
});
