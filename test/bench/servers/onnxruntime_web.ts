import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { ONNX_FILE } from '../runs/network_description.ts';
import { onnxruntimeNetwork } from './onnxruntime_network.ts';
import { servePredictions } from './predict_server.ts';

env.wasm.numThreads = 1;

servePredictions(async (network, read) => {
  const session = await InferenceSession.create(await read(ONNX_FILE), { executionProviders: ['wasm'] });
  return onnxruntimeNetwork(network, session, (values, shape) => new Tensor('float32', values, shape));
});
