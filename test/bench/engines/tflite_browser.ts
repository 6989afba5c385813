import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { HAS_BROWSER, openBrowser } from '../../fixtures/browser/browser.ts';

/** TensorFlow Lite's WebAssembly runtime with one model, in a page of a browser. */
export interface TfliteBrowser {
  /** The process of the page, if it is known. */
  readonly processId: number | undefined;
  /** Computes the input so many times, and returns the milliseconds of all. */
  run(runs: number): Promise<number>;
  /** The integers of the first output. */
  answer(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** The parts of the package's interface that the page uses. */
interface Tensor {
  data(): Uint8Array;
}
interface Runner {
  getInputs(): readonly Tensor[];
  getOutputs(): readonly Tensor[];
  infer(): boolean;
}

// Globals of the page.
declare const tfweb: {
  readonly tflite_web_api: { setWasmPath(path: string): void };
  readonly TFLiteWebModelRunner: {
    create(model: ArrayBuffer, options: { readonly numThreads: number }): Promise<Runner>;
  };
};
declare const given: { readonly runner: Runner; readonly input: Uint8Array };

const CLIENT = 'tflite_web_api_client.js';
const PAGE = `<!doctype html><script>var exports = {};</script><script src="/${CLIENT}"></script>`;
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Loads a model whose input and output are integers of 8 bits.
 *
 * @returns undefined without a browser
 */
export async function startTfliteBrowser(
  model: Uint8Array,
  input: Uint8Array,
): Promise<TfliteBrowser | undefined> {
  if (!HAS_BROWSER) return undefined;
  const server = await serveFiles(
    new Map([
      ['/', Buffer.from(PAGE)],
      ['/model', model],
      ['/input', input],
    ]),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const browser = await openBrowser();
  const stop = async (): Promise<void> => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  };
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${address.port}/`);
    await page.evaluate(async () => {
      tfweb.tflite_web_api.setWasmPath('/');
      const bytes = async (file: string): Promise<ArrayBuffer> => (await fetch(file)).arrayBuffer();
      const runner = await tfweb.TFLiteWebModelRunner.create(await bytes('/model'), { numThreads: 1 });
      Object.assign(globalThis, { given: { runner, input: new Uint8Array(await bytes('/input')) } });
    });
    const run = (runs: number): Promise<number> =>
      page.evaluate((count) => {
        const { runner, input: values } = given;
        const started = performance.now();
        for (let index = 0; index < count; index++) {
          runner.getInputs()[0]?.data().set(values);
          if (!runner.infer()) throw new Error('the runtime does not compute the model');
          runner.getOutputs()[0]?.data().slice();
        }
        return performance.now() - started;
      }, runs);
    await run(1);
    return {
      processId: await busiestPage(browser),
      run,
      answer: async () => {
        await run(1);
        return page.evaluate(() => [...(given.runner.getOutputs()[0]?.data() ?? [])]);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The process of the page that has computed most. A browser keeps others ready. */
async function busiestPage(browser: Browser): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const [busiest] = processInfo
    .filter(({ type }) => type === 'renderer')
    .sort((one, other) => other.cpuTime - one.cpuTime);
  return busiest?.id;
}

/** Serves these files, and those of the package. */
async function serveFiles(files: ReadonlyMap<string, Uint8Array>): Promise<Server> {
  const client = fileURLToPath(import.meta.resolve('@tensorflow/tfjs-tflite/wasm/tflite_web_api_client.js'));
  const folder = path.dirname(client);
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const type = TYPES[path.extname(name)] ?? 'text/html';
    Promise.resolve(files.get(name) ?? readFile(path.join(folder, path.basename(name)))).then(
      (bytes) => response.writeHead(200, { 'content-type': type }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
