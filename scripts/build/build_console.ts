import path from 'node:path';
import { buildConsole } from './console_build.ts';

for (const file of await buildConsole()) console.log(`built ${path.relative('.', file)}`);
