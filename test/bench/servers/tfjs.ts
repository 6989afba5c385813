import '@tensorflow/tfjs-backend-wasm';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import { loadTfjsNetwork } from '../runs/tfjs_network.ts';
import { servePredictions } from './predict_server.ts';

enableProdMode();
setThreadsCount(1);
if (!(await setBackend('wasm'))) throw new Error('the WebAssembly backend did not start');

servePredictions(loadTfjsNetwork);
