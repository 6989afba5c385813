import { expect, test } from 'vitest';
import { abandonBackend, wasmBackend } from '../../worker/runtime/backend/backend.ts';
import {
  BrokenRuntimeError,
  execute,
  executeAsynchronously,
} from '../../worker/runtime/backend/execution.ts';
import { ExecutionError } from '../../worker/runtime/loaded_model.ts';

test('a computation that waits while another breaks the runtime fails as any other does', async () => {
  await wasmBackend();
  const gone = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const waiting = executeAsynchronously(async () => {
    begun.resolve();
    await gone.promise;
    throw new Error('its tensors are gone');
  });
  await begun.promise;
  abandonBackend();
  gone.resolve();
  await expect(waiting).rejects.toThrow(ExecutionError);
  await wasmBackend();
  expect(await executeAsynchronously(async () => 'the next one')).toBe('the next one');
});

test('a computation that traps abandons the heap, and the next one has another', async () => {
  const before = await wasmBackend();
  expect(() =>
    execute(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    }),
  ).toThrow(BrokenRuntimeError);
  expect(before.isAbandoned).toBe(true);
  const after = await wasmBackend();
  expect(after).not.toBe(before);
  expect(execute(() => 'the next one')).toBe('the next one');
});

test('the glue leaves no reference to an abandoned heap in the process', async () => {
  const process: { listeners(event: string): unknown[] } = Reflect.get(globalThis, 'process');
  const listeners = () =>
    ['uncaughtException', 'unhandledRejection'].map((event) => process.listeners(event));
  const before = listeners();
  for (let time = 0; time < 3; time++) {
    await wasmBackend();
    abandonBackend();
  }
  expect(listeners()).toEqual(before);
});
