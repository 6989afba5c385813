import path from 'node:path';
import { buildReference } from './reference_build.ts';

for (const file of await buildReference()) console.log(`built ${path.relative('.', file)}`);
