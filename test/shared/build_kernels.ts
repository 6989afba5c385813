import { buildKernels } from '../../scripts/build/kernel_build.ts';

/** Before any test: what the Worker imports has to be there, also where tests are run without npm's script. */
export async function setup(): Promise<void> {
  await buildKernels();
}
