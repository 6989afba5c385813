import { registerHooks } from 'node:module';
import type { DecodeImages } from '../../import/examples/image_examples.ts';
import { CodedError } from '../../worker/model/coded_error.ts';

type Decoder = typeof import('../../worker/runtime/images/image_tensor.ts');

let decoder: Promise<Decoder> | undefined;

/** Makes samples of images with the server's own code, so that they are those of its requests. */
export const decodeImages: DecodeImages = async (files, image, dtype) => {
  decoder ??= importDecoder();
  const { imageTensor } = await decoder;
  try {
    return { kind: 'read', value: imageTensor(files, image, dtype) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { kind: 'malformed', message: error.message };
  }
};

/** The server's build makes modules of imported WebAssembly, which Node refuses, or instantiates itself. */
async function importDecoder(): Promise<Decoder> {
  const hooks = registerHooks({
    load: (url, context, nextLoad) =>
      url.endsWith('.wasm')
        ? { format: 'module', source: MODULE_OF_FILE, shortCircuit: true }
        : nextLoad(url, context),
  });
  try {
    return await import('../../worker/runtime/images/image_tensor.ts');
  } finally {
    hooks.deregister();
  }
}

const MODULE_OF_FILE = `import { readFileSync } from 'node:fs';
export default new WebAssembly.Module(readFileSync(new URL(import.meta.url)));`;
