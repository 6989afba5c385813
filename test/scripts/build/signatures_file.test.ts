import path from 'node:path';
import { expect, test } from 'vitest';
import { KERNEL_BUILDS } from '../../../scripts/build/kernel_build.ts';
import { readSignatures } from '../../../scripts/build/kernel_signatures.ts';
import { signatureModule } from '../../../scripts/build/signature_module.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';

/** `npm run signatures` writes the file again: it runs this test and takes what it finds. */
test('the signatures that TypeScript works with are those of the sources, or npm run signatures writes them', async () => {
  const [{ sources }] = KERNEL_BUILDS;
  const file = path.join(REPOSITORY, 'worker/runtime/kernels/kernel_signatures.ts');
  await expect(signatureModule(await readSignatures(sources))).toMatchFileSnapshot(file);
});
