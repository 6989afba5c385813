import path from 'node:path';
import { buildKernels } from './kernel_build.ts';

for (const file of await buildKernels()) console.log(`built ${path.relative('.', file)}`);
