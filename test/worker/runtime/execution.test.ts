import { expect, test } from 'vitest';
import { abandonBackend, wasmBackend } from '../../../worker/runtime/backend.ts';
import { executeAsynchronously } from '../../../worker/runtime/execution.ts';
import { ExecutionError } from '../../../worker/runtime/loaded_model.ts';

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
